import type { Verdict } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { Changes } from "./changes.ts";
import { isStale } from "@netchecker/conclude";
import { judgeNow, type OwnState } from "./core/verdict/judge-now.ts";

/** How often the verdict is judged anew. If rounds stop, only the clock changes it. */
const JUDGE_EVERY_MS = 1_000;

const LEVELS = { ok: "info", degraded: "warn", failing: "error", unmeasured: "error" } as const;

/** The verdict of now. It is judged at each request; when it changes, the log and the listeners are told. */
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

  /** Watches the verdict until `signal` aborts. */
  start(signal: AbortSignal): void {
    const clock = setInterval(() => this.#look(), JUDGE_EVERY_MS);
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

  /** Whether the last closed round is too old to say anything about now. */
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
    // Waiting for the first round after a start is not a fault.
    const level = reason === "first_round_pending" ? "info" : LEVELS[verdict.verdict];
    this.#log[level](
      { verdict: verdict.verdict, since, sentence, ...(reason && { reason }) },
      "the verdict",
    );
    this.#changes.tell();
  }
}
