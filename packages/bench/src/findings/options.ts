import { parseArgs } from "node:util";
import type { SimulatedCause } from "@netchecker/simulator/causes/cause";
import { PLANNED_CHANGES } from "@netchecker/simulator/changes/planned-changes";
import type { ChangeScene } from "@netchecker/simulator/changes/script";
import { UNANNOUNCED_CHANGES } from "@netchecker/simulator/changes/unannounced-changes";
import { causesOf } from "@netchecker/simulator/scenario";

const PARTS = ["one", "two", "three", "clean", "planned", "unannounced", "time", "budget"] as const;
export type Part = (typeof PARTS)[number];

export interface FindingsOptions {
  /** The first seed; a draw's seed is this plus its number. */
  readonly seed: number;
  /** Of each part; undefined: as many as its limit is about. */
  readonly draws: number | undefined;
  /** A share of all draws and rounds. */
  readonly share: number;
  readonly parts: readonly Part[];
  /** One of each, in every draw; undefined: drawn. */
  readonly causes: readonly (readonly SimulatedCause[])[] | undefined;
  readonly explain: boolean;
  /** A planned or unannounced change, told in full; undefined: none. */
  readonly scene: ChangeScene | undefined;
}

export const USAGE = `Draws clusters, breaks them in a simulator, and tells how often findings name what is broken.

Usage: bench:findings [options]
  --draws N      so many draws of each part (default: 1000 of one cause, 500 of two, 300 of three, …)
  --quick        a tenth of all draws and rounds
  --only PARTS   of ${PARTS.join(", ")}; comma-separated
  --cause IDS    these causes in every draw, as "pod-network" or "mtu/node-in", comma-separated
  --seed N       the first draw's seed (default 1)
  --explain      one draw, told in full: what was broken, expected and found
  --scene NAME   one draw of a planned or unannounced change, told in full, as "node dies"
  --help         this text
`;

/** The arguments → what to run; null for --help. Throws an Error with a code for bad ones. */
export function parseOptions(args: readonly string[]): FindingsOptions | null {
  const { values } = parseArgs({
    args: args[0] === "--" ? args.slice(1) : [...args],
    options: {
      draws: { type: "string" },
      quick: { type: "boolean" },
      only: { type: "string" },
      cause: { type: "string" },
      seed: { type: "string" },
      explain: { type: "boolean" },
      scene: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return null;
  const causes = values.cause === undefined ? undefined : causesOf(values.cause);
  const counted = PARTS[Math.min(causes?.length ?? 1, 3) - 1]!;
  return {
    seed: integer("--seed", values.seed) ?? 1,
    draws: integer("--draws", values.draws),
    share: values.quick ? 0.1 : 1,
    parts: values.only ? partsOf(values.only) : causes ? [counted] : PARTS,
    causes,
    explain: values.explain ?? false,
    scene: values.scene === undefined ? undefined : sceneOf(values.scene),
  };
}

function sceneOf(name: string): ChangeScene {
  const scenes = [...PLANNED_CHANGES, ...UNANNOUNCED_CHANGES];
  const scene = scenes.find((each) => each.name === name);
  if (scene) return scene;
  const allowed = scenes.map((each) => each.name).join("; ");
  throw new RangeError(`--scene is "${name}"; allowed: ${allowed}`);
}

function integer(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new RangeError(`${name} is "${text}"; allowed: 1 to 999999999`);
  return Number(text);
}

function partsOf(text: string): Part[] {
  return text.split(",").map((name) => {
    const part = PARTS.find((each) => each === name);
    if (!part) throw new RangeError(`--only is "${text}"; allowed: ${PARTS.join(", ")}`);
    return part;
  });
}
