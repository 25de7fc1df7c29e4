import type { State } from "@netchecker/contract";
import { stateOf } from "./serve-state.ts";
import type { Served } from "./served.ts";

/** That the view of the cluster is stale is told by no event, only by the clock. */
const LOOK_EVERY_MS = 1_000;

/** Tells listeners netchecker's state whenever it has changed. While nobody listens, it costs nothing. */
export class StateFeed {
  readonly #served: Served;
  readonly #listeners = new Set<(state: State) => void>();
  #told = "";
  #looking: NodeJS.Immediate | null = null;
  #stop: (() => void) | null = null;

  constructor(served: Served) {
    this.#served = served;
  }

  /** Calls back with the state now, and with each new one; gives what ends it. */
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
    const clock = setInterval(() => this.#look(), LOOK_EVERY_MS);
    clock.unref();
    return () => {
      ending();
      clearInterval(clock);
      if (this.#looking) clearImmediate(this.#looking);
      this.#looking = null;
    };
  }

  /** What changes at once is told at once: a round that closes is no longer open, and shown. */
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
