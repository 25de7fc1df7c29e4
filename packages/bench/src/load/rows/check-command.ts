import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { startLoadBed } from "../bed/load-bed.ts";
import { bedRow, type LoadRow } from "../load-row.ts";

export interface CheckOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly times: number;
}

const CHECK_TIMEOUT_MS = 60_000;

/** Runs `--check` several times in the pod of a netchecker that runs, as the README describes. */
export async function tryCheck({ nodes, intervalMs, times }: CheckOptions): Promise<LoadRow> {
  const bed = await startLoadBed({ nodes, intervalMs });
  await using _ = bed.stack;
  const { pod } = bed.netchecker;
  bed.health.begin();
  const since = Date.now();
  const ends: string[] = [];
  for (let turn = 0; turn < times; turn += 1) {
    ends.push(await check(pod.within, pod.options.command, pod.options.env));
    await sleep(intervalMs / 2);
  }
  await sleep(intervalMs);
  const until = Date.now();
  await bed.rounds.refresh(200);
  const row = bedRow(`${nodes} nodes: --check in netchecker's pod, ${times} times`, bed, {
    since,
    until,
  });
  const failed = ends.filter((end) => end !== "ok");
  const kills =
    pod.oomKills > 0 ? [`${pod.oomKills} processes were killed at the memory limit`] : [];
  return { ...row, died: [...row.died, ...kills], faults: [...row.faults, ...failed] };
}

function check(
  within: readonly string[],
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const [file, ...args] = [...within, ...command, "--check"];
  const { NODE_OPTIONS: _, ...rest } = env;
  const options = {
    env: { ...rest, NODE_OPTIONS: "--max-semi-space-size=1" },
    timeout: CHECK_TIMEOUT_MS,
  };
  return new Promise((resolve) => {
    execFile(file!, args, options, (error, stdout) => {
      const said = stdout
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("ok"))
        .join(" | ");
      resolve(error === null ? "ok" : `--check ended with ${error.signal ?? error.code}: ${said}`);
    });
  });
}
