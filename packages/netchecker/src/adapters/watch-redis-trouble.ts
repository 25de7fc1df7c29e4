import type { Log } from "@netchecker/runtime/log";
import { explainRedisError } from "@netchecker/runtime/redis";
import type { Changes } from "../changes.ts";
import type { RedisFault, RedisTrouble } from "../core/redis-fault.ts";

/** The uses that netchecker makes of Redis. One can fail while others work. */
type RedisUse = "lease" | "publish" | "store" | "subscribe";

/** Collects from all users of Redis whether their commands worked. */
export interface RedisTroubleWatch {
  /** Null while every use of Redis works. */
  trouble(): RedisTrouble | null;
  /** Notes that a command was refused, or not answered. */
  failed(error: unknown, use?: RedisUse): void;
  worked(use?: RedisUse): void;
}

export interface TroubleTimings {
  /** The time from one diagnosis to the next, while trouble lasts. */
  readonly diagnoseEveryMs: number;
  /**
   * If nothing has failed for this long and the diagnosis finds nothing, the trouble is over. The use that failed may
   * never be tried again.
   */
  readonly forgetAfterMs: number;
}

const TIMINGS: TroubleTimings = { diagnoseEveryMs: 5_000, forgetAfterMs: 20_000 };

/**
 * Remembers what is wrong with Redis. When a command has failed, it calls `diagnose`, and repeats that while the trouble
 * lasts. While all is well, it diagnoses nothing. Tells `changes` and the log when the trouble begins, changes or ends.
 */
export function watchRedisTrouble(
  diagnose: () => Promise<RedisFault | null>,
  { log, changes }: { readonly log: Log; readonly changes: Changes },
  signal: AbortSignal,
  timings: TroubleTimings = TIMINGS,
): RedisTroubleWatch {
  const failing = new Set<RedisUse>();
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
    // The trouble may have ended during the diagnosis.
    if (trouble === null) return;
    // On a bad path, one diagnosis may find less than another. A different result is believed only the second time.
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
    failed(error, use = "publish") {
      failing.add(use);
      failedAt = performance.now();
      // A diagnosis knows more than the error of one command, so it is not replaced.
      if (trouble === null) {
        turn(explainRedisError(error));
        lookLater();
      }
    },
    worked(use = "publish") {
      failing.delete(use);
      if (trouble === null || failing.size > 0) return;
      clearTimeout(next);
      turn(null);
    },
  };
}
