import type { State } from "@netchecker/contract";
import { stateOf } from "./serve-state.ts";
import type { Served } from "./served.ts";

/** How often the state is compared. No event says that the cluster view became stale; only the clock does. */
const COMPARE_EVERY_MS = 1_000;

/** Tells listeners netchecker's state whenever it has changed. While nobody listens, it does nothing. */
export class StateFeed {
  readonly #served: Served;
  readonly #listeners = new Set<(state: State) => void>();
  #told = "";
  #looking: NodeJS.Immediate | null = null;
  #stop: (() => void) | null = null;

  constructor(served: Served) {
    this.#served = served;
  }

  /** Calls `listener` with the present state, and with each new one. Returns a function that ends this. */
  listen(listener: (state: State) => void): () => void {
    this.#listeners.add(listener);
    this.#stop ??= this.#start();
    listener(stateOf(this.#served));
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  }

  #start(): () => void {
    this.#told = withoutNow(stateOf(this.#served));
    const ending = this.#served.changes.listen(() => this.#lookSoon());
    const clock = setInterval(() => this.#look(), COMPARE_EVERY_MS);
    clock.unref();
    return () => {
      ending();
      clearInterval(clock);
      if (this.#looking) clearImmediate(this.#looking);
      this.#looking = null;
    };
  }

  /** Joins several changes into one message: when a round closes, it is no longer open and it is shown. */
  #lookSoon(): void {
    this.#looking ??= setImmediate(() => {
      this.#looking = null;
      this.#look();
    });
  }

  #look(): void {
    const state = stateOf(this.#served);
    const now = withoutNow(state);
    if (now === this.#told) return;
    this.#told = now;
    for (const listener of this.#listeners) listener(state);
  }
}

function withoutNow(state: State): string {
  return JSON.stringify({ ...state, now: null });
}
