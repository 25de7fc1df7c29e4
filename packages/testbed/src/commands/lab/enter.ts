import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { LabClient } from "../../namespaces/lab-client.ts";
import type { LabState } from "../../namespaces/lab-state.ts";
import { PATH } from "../../namespaces/network/namespace.ts";
import { type Command, UsageError } from "../command.ts";

const PLACES = `A place is a node (node-3), a pod (node-3/ping, node-3/pong), control (where netchecker, Redis, DNS and the API server
are), gateway (the way out), or fabric (the switch between the nodes; each node's port has its name).
`;

export const shell: Command = {
  summary: "a shell on a node, in a pod, or elsewhere",
  usage: () => `Opens a shell in a namespace.\n\nUsage: lab shell PLACE\n\n${PLACES}`,
  async run([place, ...more]) {
    if (more.length > 0)
      throw new UsageError([`${JSON.stringify(more[0])} is too much; allowed: one place`]);
    const within = entering(place, await LabClient.mustFind().ask("state"));
    const prompt = { PS1: `[${place}] \\w \\$ ` };
    if (existsSync("/bin/bash")) return runThere([...within, "bash", "--norc", "-i"], prompt);
    return runThere([...within, "sh", "-i"], { PS1: `[${place}] # ` });
  },
};

export const exec: Command = {
  summary: "run a command there: `lab exec node-3 -- ip route`",
  usage: () =>
    `Runs a command in a namespace, and exits as it does.\n\nUsage: lab exec PLACE -- COMMAND…\n\n${PLACES}`,
  async run([place, ...rest]) {
    const command = rest[0] === "--" ? rest.slice(1) : rest;
    const within = entering(place, await LabClient.mustFind().ask("state"));
    if (command.length === 0)
      throw new UsageError(["No command is given; allowed: lab exec PLACE -- COMMAND…"]);
    return runThere([...within, ...command], {});
  },
};

/** Runs it on this terminal. Gives its exit code, as a shell would. */
async function runThere(
  [file, ...args]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(file!, args, { stdio: "inherit", env: { ...process.env, PATH, ...env } });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal!];
}

/** What is put before a command so that it runs at a place. Throws a {@link UsageError} where there is no such place. */
function entering(place: string | undefined, state: LabState): string[] {
  const pid = place === undefined ? undefined : placesOf(state).get(place);
  if (pid !== undefined) return ["nsenter", `--target=${pid}`, "--net", "--mount", "--"];
  const nodes = state.nodes.map(({ name }) => name).join(", ");
  const allowed = `${nodes}, each with /ping or /pong for its pods; control, gateway, fabric`;
  throw new UsageError([
    place === undefined
      ? `No place is given; allowed: ${allowed}`
      : `${JSON.stringify(place)} is no place; allowed: ${allowed}`,
  ]);
}

/** Each place's name, and a process in its namespace. */
function placesOf({ nodes, control, gateway, fabric }: LabState): Map<string, number> {
  const places = Object.entries({ control, gateway, fabric });
  for (const node of nodes) {
    const { name, ping, pong } = node;
    places.push([name, node], [`${name}/ping`, ping], [`${name}/pong`, pong]);
  }
  return new Map(places.map(([name, { namespacePid }]) => [name, namespacePid]));
}
