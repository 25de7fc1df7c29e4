import { setTimeout as sleep } from "node:timers/promises";
import type { Pattern } from "../bed/agent-outcomes.ts";
import { type BedOptions, type LoadBed, startLoadBed } from "../bed/load-bed.ts";
import { bedRow, type LoadRow } from "../load-row.ts";

export interface FailureOptions extends BedOptions {
  readonly pattern: Pattern;
  readonly rounds: number;
  readonly description: string;
}

/** These answers are made from failures, so each one is read once after the rounds. */
const PATHS_READ_AFTER = [
  "/results?ok=false",
  "/results?format=text",
  "/findings",
  "/mesh",
  "/verdict",
];
const READ_TIMEOUT_MS = 120_000;
/** People read the log, and nobody reads more lines than this for one round. */
const MAX_LOG_LINES_PER_ROUND = 200;

/** Many checks fail in each round. Each round must be stored and served, and the event loop must stay responsive. */
export async function tryFailures(options: FailureOptions): Promise<LoadRow> {
  const { nodes, agents = nodes, intervalMs, rounds, description, pattern } = options;
  const bed = await startLoadBed({ ...options, pattern: "healthy" });
  await using _ = bed.stack;
  bed.setPattern(pattern);
  bed.health.begin();
  const linesBefore = bed.netchecker.pod.logLines;
  const since = Date.now();
  // One interval more, so that the last round closes.
  await sleep((rounds + 1) * intervalMs);
  const until = Date.now();
  const unread = await readAll(bed);
  await bed.rounds.refresh(50);
  const lines = (bed.netchecker.pod.logLines - linesBefore) / rounds;
  const row = bedRow(`${nodes} nodes: ${description}`, bed, {
    since,
    until,
    complete: agents === nodes,
  });
  const faults =
    lines > MAX_LOG_LINES_PER_ROUND ? [`${Math.round(lines)} log lines per round`] : [];
  return {
    ...row,
    lost: [...row.lost, ...unread],
    faults: [...row.faults, ...faults],
    seen: `${row.seen}; ${Math.round(lines)} log lines per round`,
  };
}

async function readAll({ netchecker }: LoadBed): Promise<string[]> {
  const unread: string[] = [];
  for (const path of PATHS_READ_AFTER) {
    const signal = AbortSignal.timeout(READ_TIMEOUT_MS);
    const status = await fetch(netchecker.url + path, { signal }).then(
      async (response) => {
        for await (const _ of response.body ?? []);
        return response.status;
      },
      (error: Error) => error.message,
    );
    if (status !== 200) unread.push(`${path} was answered with ${status}`);
  }
  return unread;
}
