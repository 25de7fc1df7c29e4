import type { Log } from "@netchecker/runtime/log";
import { explainRedisError } from "@netchecker/runtime/redis";
import type { Changes } from "../changes.ts";
import type { RedisFault, RedisTrouble } from "../core/redis-fault.ts";

/** What netchecker does with Redis; each fails and works by itself. */
type RedisDeed = "lease" | "publish" | "store" | "subscribe";

/** Where those who use Redis tell how it went. */
export interface RedisTroubleWatch {
  /** Null while all that is done with Redis works. */
  trouble(): RedisTrouble | null;
  /** A command was refused, or not answered. */
  failed(error: unknown, deed?: RedisDeed): void;
  worked(deed?: RedisDeed): void;
}

export interface TroubleTimings {
  /** So long from one diagnosis to the next, while trouble lasts. */
  readonly diagnoseEveryMs: number;
  /** Trouble is over when nothing failed for so long and the diagnosis finds nothing: what failed may never be done again. */
  readonly forgetAfterMs: number;
}

const TIMINGS: TroubleTimings = { diagnoseEveryMs: 5_000, forgetAfterMs: 20_000 };

/**
 * Remembers what is wrong with Redis. It asks `diagnose` when something has failed, again and again
 * while that lasts, one at a time; and never while all is well. Tells `changes` and the log when it turns.
 */
export function watchRedisTrouble(
  diagnose: () => Promise<RedisFault | null>,
  { log, changes }: { readonly log: Log; readonly changes: Changes },
  signal: AbortSignal,
  timings: TroubleTimings = TIMINGS,
): RedisTroubleWatch {
  const failing = new Set<RedisDeed>();
  let trouble: RedisTrouble | null = null;
  let failedAt = 0;
  let diagnosedAt = -Infinity;
  let diagnosing = false;
  /** What the last diagnosis of this trouble found; null before there is one. */
  let found: RedisFault["kind"] | null = null;
  let next: NodeJS.Timeout | undefined;
  signal.addEventListener("abort", () => clearTimeout(next), { once: true });

  function turn(fault: RedisFault | null): void {
    const before = trouble;
    trouble = fault && { ...fault, since: before?.since ?? Date.now() };
    if (fault === null) found = null;
    if (before?.sentence === trouble?.sentence) return;
    if (trouble) log.warn({ code: trouble.code, why: trouble.sentence }, "trouble with Redis");
    else log.info("Redis works again");
    changes.tell();
  }

  async function look(): Promise<void> {
    if (diagnosing || trouble === null || signal.aborted) return;
    diagnosing = true;
    diagnosedAt = performance.now();
    const fault = await diagnose().catch(explainRedisError);
    diagnosing = false;
    // It may have worked meanwhile.
    if (trouble === null) return;
    // On a bad path one diagnosis may find less than the one before: what differs is believed the second time.
    const isBelieved = found === null || found === fault?.kind || trouble.kind === fault?.kind;
    found = fault?.kind ?? found;
    if (fault && isBelieved) turn(fault);
    else if (fault === null && performance.now() - failedAt > timings.forgetAfterMs) {
      failing.clear();
      return turn(null);
    }
    lookLater();
  }

  function lookLater(): void {
    clearTimeout(next);
    if (signal.aborted) return;
    const left = diagnosedAt + timings.diagnoseEveryMs - performance.now();
    next = setTimeout(() => void look(), Math.max(left, 0)).unref();
  }

  return {
    trouble: () => trouble,
    failed(error, deed = "publish") {
      failing.add(deed);
      failedAt = performance.now();
      // What a diagnosis has found is more than what one command was told.
      if (trouble === null) {
        turn(explainRedisError(error));
        lookLater();
      }
    },
    worked(deed = "publish") {
      failing.delete(deed);
      if (trouble === null || failing.size > 0) return;
      clearTimeout(next);
      turn(null);
    },
  };
}
