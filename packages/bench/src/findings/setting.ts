import type { NodeRecord, PodRecord } from "@netchecker/netchecker/src/core/cluster-view.ts";
import type { Random } from "./random.ts";
import type { Shown } from "./shown-cluster.ts";
import type { World } from "./world.ts";

/** A scene that is still being set. */
interface Setting {
  readonly world: World;
  readonly opening: MutableShown;
  readonly closing: MutableShown;
  /** When the round opens, milliseconds since 1970. */
  readonly at: number;
}

export type MutableShown = {
  readonly nodes: Map<number, Partial<NodeRecord>>;
  readonly pods: Map<string, Partial<PodRecord>>;
  readonly absentNodes: Set<number>;
  readonly absentPods: Set<string>;
  readonly addedPods: PodRecord[];
} & Shown;

/** Sets the scene of one round, 0 to 4, for the nodes that change. */
export type Change = (
  setting: Setting,
  round: number,
  nodes: readonly number[],
  random: Random,
) => void;

/** In how many rounds a planned change comes about. */
export const PLANNED_ROUNDS = 5;

export function nothingShown(): MutableShown {
  return {
    nodes: new Map(),
    pods: new Map(),
    absentNodes: new Set(),
    absentPods: new Set(),
    addedPods: [],
  };
}
/** The pod is there, and not ready yet. */
export function starting(
  shown: MutableShown,
  pod: string,
  createdAt: number,
  random: Random,
): void {
  const noAddress = random.chance(0.5) ? { ips: [] } : {};
  shown.pods.set(pod, { ready: false, everReady: false, createdAt, ...noAddress });
}
