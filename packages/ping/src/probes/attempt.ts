import type { Answerer, Outcome, Reason } from "@netchecker/contract";
import { explainFailure } from "../core/explain-failure.ts";
import { patientTimeout } from "./patient-timeout.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import { Progress, type StageObserver } from "./progress.ts";
import type { StallClock } from "./stall-clock.ts";

/** What one attempt found: an outcome without the number of attempts. */
export type AttemptOutcome = Omit<Outcome, "attempts">;

export interface AttemptLimits {
  readonly timeoutMs: number;
  readonly stalls: StallClock;
  /** Aborted when nobody waits for the outcome any more. */
  readonly signal: AbortSignal;
  readonly observer?: StageObserver;
}

/** Reasons of attempts that got an answer. Only these have a latency. */
const ANSWERED: ReadonlySet<Reason> = new Set(["bad_status", "wrong_responder", "dns_mismatch"]);

/**
 * Runs one attempt under one timeout. `run` must end when its signal is aborted, and reject with
 * the signal's reason. It may return who answered. A failure is an outcome; this function only
 * rejects when `limits.signal` is aborted.
 */
export async function attempt(
  limits: AttemptLimits,
  run: (progress: Progress, signal: AbortSignal) => Promise<Answerer[] | void>,
): Promise<AttemptOutcome> {
  limits.signal.throwIfAborted();
  const progress = new Progress(limits.observer);
  const controller = new AbortController();
  const abort = () => controller.abort(limits.signal.reason);
  limits.signal.addEventListener("abort", abort);
  const cancelTimeout = patientTimeout(limits.timeoutMs, limits.stalls, () =>
    controller.abort(silent(progress)),
  );
  const startedAt = performance.now();
  try {
    const answeredBy = await run(progress, controller.signal);
    const latencyMs = performance.now() - startedAt;
    return { reason: "ok", latencyMs, ...(answeredBy && { answeredBy }) };
  } catch (error) {
    const latencyMs = performance.now() - startedAt;
    limits.signal.throwIfAborted();
    // After an abort, other errors are only its consequences.
    const explained = explain(
      controller.signal.aborted ? controller.signal.reason : error,
      progress,
    );
    return { ...explained, latencyMs: ANSWERED.has(explained.reason) ? latencyMs : null };
  } finally {
    cancelTimeout();
    limits.signal.removeEventListener("abort", abort);
  }
}

function silent({ silence }: Progress): ProbeFailureError {
  return new ProbeFailureError(silence, silence === "dns_failure" ? "ETIMEOUT" : undefined);
}

function explain(error: unknown, progress: Progress): Omit<AttemptOutcome, "latencyMs"> {
  if (error instanceof ProbeFailureError) {
    const { reason, detail, answeredBy } = error;
    return {
      reason,
      ...(detail !== undefined && { detail }),
      ...(answeredBy && { answeredBy }),
    };
  }
  return explainFailure((error as NodeJS.ErrnoException).code, progress.connected);
}
