import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "@netchecker/contract";
import type { AttemptOutcome } from "./attempt.ts";

export interface Passes<T> {
  readonly targets: readonly T[];
  /** The order in which to probe: each index once. */
  readonly order: readonly number[];
  readonly concurrency: number;
  readonly attempts: number;
  /** An abort ends probing. A target without a complete attempt is then `not_probed`. */
  readonly signal: AbortSignal;
  /**
   * Makes one attempt. `earlier` is the result of the attempt before. Rejects only when `signal` is
   * aborted.
   */
  readonly probe: (target: T, earlier?: AttemptOutcome) => Promise<AttemptOutcome>;
}

/**
 * The least time from one attempt's start to the next one's, so that a target that failed at once
 * has time to come back.
 */
const RETRY_PAUSE_MS = 150;

const NOT_PROBED: Outcome = { reason: "not_probed", latencyMs: null, attempts: 0 };

/**
 * Probes every target, at most `concurrency` at the same time. It works in passes: all targets get
 * their first attempt before any gets its second. Returns the outcomes in the order of `targets`.
 * Never rejects.
 */
export async function probeAll<T>(passes: Passes<T>): Promise<Outcome[]> {
  const { targets, order, concurrency, attempts, signal, probe } = passes;
  const outcomes = targets.map(() => NOT_PROBED);
  const startedAt: number[] = [];
  let indexes = order;
  for (let pass = 1; pass <= attempts && indexes.length > 0 && !signal.aborted; pass += 1) {
    await inParallel(indexes, concurrency, signal, async (index) => {
      if (pass > 1) await pauseSince(startedAt[index]!, signal);
      startedAt[index] = performance.now();
      const outcome = await probe(targets[index]!, pass > 1 ? outcomes[index] : undefined);
      outcomes[index] = { ...outcome, attempts: pass };
    });
    indexes = indexes.filter((index) => outcomes[index]!.reason !== "ok");
  }
  return outcomes;
}

/**
 * Gives the items, in order, to `concurrency` workers. Ends when all items are done, or early at
 * the abort.
 */
async function inParallel(
  items: readonly number[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length && !signal.aborted) {
      const item = items[next]!;
      next += 1;
      await work(item).catch((error) => {
        if (!signal.aborted) throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, worker));
}

async function pauseSince(since: number, signal: AbortSignal): Promise<void> {
  const leftMs = since + RETRY_PAUSE_MS - performance.now();
  if (leftMs > 0) await sleep(leftMs, undefined, { signal });
}
