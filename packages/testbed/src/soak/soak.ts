import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLab } from "../namespaces/start-lab.ts";
import { runSoak } from "./run-soak.ts";
import { isClean, soakTable } from "./soak-tally.ts";
import { buildWrongNetchecker } from "./wrong-build.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly nodes: number;
  readonly intervalMs: number;
  /** With a netchecker that is wrong on purpose: late reports enter the next round. */
  readonly wrongBuild: boolean;
}

/** Runs a soak in a lab of its own and prints its table; true where nothing was wrong. */
export async function soak(
  { minutes, seed, nodes, intervalMs, wrongBuild }: SoakOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "netchecker-soak-"));
  try {
    const bundles = wrongBuild ? { netchecker: await buildWrongNetchecker(folder) } : {};
    await using lab = await startLab({ nodes, intervalMs, bundles, signal });
    const durationMs = minutes * 60_000;
    const began = Date.now();
    const tally = await runSoak(
      lab,
      { seed, nodes, durationMs, intervalMs },
      { say: (line) => say(`${clock(Date.now() - began)}  ${line}`), signal },
    );
    say(`\nsoak of ${minutes} minutes, ${nodes} nodes, seed ${seed}\n${soakTable(tally)}`);
    return isClean(tally);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(2)}:${String(seconds % 60).padStart(2, "0")}`;
}
