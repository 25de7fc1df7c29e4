import type { Verdict } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { Changes } from "./changes.ts";
import { isStale } from "@netchecker/conclude";
import { judgeNow, type OwnState } from "./core/verdict/judge-now.ts";

/** A verdict turns by the clock alone when rounds stop: it is looked at so often. */
const LOOK_EVERY_MS = 1_000;

const LEVELS = { ok: "info", degraded: "warn", failing: "error", unmeasured: "error" } as const;

/** Now's verdict: judged whenever it is asked for, and told to the log and to listeners when it turns. */
export class VerdictWatch {
  readonly #ownState: () => OwnState;
  readonly #log: Log;
  readonly #changes: Changes;
  #told: Verdict | null = null;

  constructor(ownState: () => OwnState, log: Log, changes: Changes) {
    this.#ownState = ownState;
    this.#log = log;
    this.#changes = changes;
  }

  /** Looks on and on, until `signal` aborts. */
  start(signal: AbortSignal): void {
    const clock = setInterval(() => this.#look(), LOOK_EVERY_MS);
    clock.unref();
    const ending = this.#changes.listen(() => this.#look());
    signal.addEventListener("abort", () => {
      clearInterval(clock);
      ending();
    });
  }

  now(): Verdict {
    const own = this.#ownState();
    const judged = judgeNow(own);
    const before = this.#told;
    const asBefore = before?.verdict === judged.verdict && before.reason === judged.reason;
    const since = judged.since ?? (asBefore ? before.since : new Date(own.at).toISOString());
    return { ...judged, since };
  }

  /** Whether the last closed round says nothing of now any more. */
  isStale(): boolean {
    const { latest, at, intervalMs } = this.#ownState();
    return latest === null || isStale(latest, at, intervalMs);
  }

  #look(): void {
    const verdict = this.now();
    const before = this.#told;
    this.#told = verdict;
    if (before?.verdict === verdict.verdict && before.reason === verdict.reason) return;
    const { sentence, since, reason } = verdict;
    // A start is no fault.
    const level = reason === "first_round_pending" ? "info" : LEVELS[verdict.verdict];
    this.#log[level](
      { verdict: verdict.verdict, since, sentence, ...(reason && { reason }) },
      "the verdict",
    );
    this.#changes.tell();
  }
}
