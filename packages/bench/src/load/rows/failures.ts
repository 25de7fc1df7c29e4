import { setTimeout as sleep } from "node:timers/promises";
import type { Pattern } from "../bed/agent-outcomes.ts";
import { type BedOptions, type LoadBed, startLoadBed } from "../bed/load-bed.ts";
import { bedRow, type LoadRow } from "../load-row.ts";

export interface FailureOptions extends BedOptions {
  readonly pattern: Pattern;
  readonly rounds: number;
  readonly saying: string;
}

/** Read once after the rounds, because each is made of what failed. */
const READ_AFTER = ["/results?ok=false", "/results?format=text", "/findings", "/mesh", "/verdict"];
const READ_WITHIN_MS = 120_000;
/** A log is for people: so many lines a round, and no more, are looked through. */
const LOG_LINES_A_ROUND = 200;

/** Rounds in which much fails at once: each must be stored and served, and the event loop stay close by. */
export async function tryFailures(options: FailureOptions): Promise<LoadRow> {
  const { nodes, agents = nodes, intervalMs, rounds, saying, pattern } = options;
  const bed = await startLoadBed({ ...options, pattern: "well" });
  await using _ = bed.stack;
  bed.follow(pattern);
  bed.health.begin();
  const linesBefore = bed.netchecker.pod.logLines;
  const since = Date.now();
  // Long enough for the last of them to be closed.
  await sleep((rounds + 1) * intervalMs);
  const until = Date.now();
  const unread = await readAll(bed);
  await bed.rounds.refresh(50);
  const lines = (bed.netchecker.pod.logLines - linesBefore) / rounds;
  const row = bedRow(`${nodes} nodes: ${saying}`, bed, {
    since,
    until,
    complete: agents === nodes,
  });
  const faults = lines > LOG_LINES_A_ROUND ? [`${Math.round(lines)} log lines a round`] : [];
  return {
    ...row,
    lost: [...row.lost, ...unread],
    faults: [...row.faults, ...faults],
    seen: `${row.seen}; ${Math.round(lines)} log lines a round`,
  };
}

async function readAll({ netchecker }: LoadBed): Promise<string[]> {
  const unread: string[] = [];
  for (const path of READ_AFTER) {
    const signal = AbortSignal.timeout(READ_WITHIN_MS);
    const status = await fetch(netchecker.url + path, { signal }).then(
      async (response) => {
        for await (const _ of response.body ?? []);
        return response.status;
      },
      (error: Error) => error.message,
    );
    if (status !== 200) unread.push(`${path} was answered by ${status}`);
  }
  return unread;
}
