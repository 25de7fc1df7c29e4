import pLimit from "p-limit";
import { busy } from "./answers/answers.ts";

/** What reads many rounds of Redis takes some milliseconds, and some megabytes, each. */
const AT_ONCE = 2;
const WAITING = 32;

/** Work that many ask for at once is done once for all of them, a little at a time. */
export class SharedWork {
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #turns = pLimit(AT_ONCE);

  /** What `work` gives; that which is under way under the same key, where there is one. Throws a 503 where too much waits. */
  do<T>(key: string, work: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key) as Promise<T> | undefined;
    if (running) return running;
    if (this.#turns.pendingCount >= WAITING) throw busy();
    const started = this.#turns(work).finally(() => this.#running.delete(key));
    this.#running.set(key, started);
    return started;
  }
}
