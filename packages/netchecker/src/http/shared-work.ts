import pLimit from "p-limit";
import { busy } from "./answers/answers.ts";

/** Reading many rounds from Redis takes some milliseconds and some megabytes. */
const MAX_AT_ONCE = 2;
const MAX_WAITING = 32;

/** Does work once for all clients that ask for it at the same time, and little work at a time. */
export class SharedWork {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #turns = pLimit(MAX_AT_ONCE);

  /**
   * Does `work` and returns its result. If work with the same key runs already, it returns that result. Throws a 503
   * if too much waits.
   */
  do<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key) as Promise<T> | undefined;
    if (running) return running;
    if (this.#turns.pendingCount >= MAX_WAITING) throw busy();
    const started = this.#turns(work).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
