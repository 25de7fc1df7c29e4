import type { StallClock } from "./stall-clock.ts";

/**
 * A timeout that counts only time in which this process could have seen an answer. When its timer
 * fires, what has already arrived is delivered first; then it waits on for as long as the process
 * stood still meanwhile. That is what keeps an agent at a tenth of a core free of false failures.
 */
export class PatientTimeout {
  readonly #timeoutMs: number;
  readonly #stalls: StallClock;
  readonly #onTimeout: () => void;
  readonly #startedAt = performance.now();
  readonly #stalledAtStart: number;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(timeoutMs: number, stalls: StallClock, onTimeout: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#stalls = stalls;
    this.#onTimeout = onTimeout;
    this.#stalledAtStart = stalls.stalledMs();
    this.#timer = setTimeout(this.#onTimer, timeoutMs);
  }

  /** The answer is there. Safe to call twice. */
  cancel(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
  }

  readonly #onTimer = (): void => {
    // Immediates run after the poll phase: sockets that have something to say, say it before.
    this.#immediate = setImmediate(this.#onPolled);
  };

  readonly #onPolled = (): void => {
    const stalledMs = this.#stalls.stalledMs() - this.#stalledAtStart;
    const leftMs = this.#startedAt + this.#timeoutMs + stalledMs - performance.now();
    if (leftMs > 0) this.#timer = setTimeout(this.#onTimer, Math.ceil(leftMs));
    else this.#onTimeout();
  };
}
