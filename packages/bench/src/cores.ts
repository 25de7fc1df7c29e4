import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The agent has a core for itself; who answers it has another, where there is one. */
export const AGENT_CORE = availableParallelism() - 1;
export const PONGS_CORE = 0;

/** What is put before a command so that it runs on one core only. */
export function onCore(core: number): readonly string[] {
  return ["taskset", "-c", String(core)];
}

/** Why processes cannot be held to a core here, in a sentence; null where they can. */
export function pinningFault(): string | null {
  return spawnSync("taskset", ["-c", String(AGENT_CORE), "true"]).status === 0
    ? null
    : "taskset does not run here: install util-linux";
}
