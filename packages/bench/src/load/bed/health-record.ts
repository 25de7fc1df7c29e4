import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("./watch-health.ts", import.meta.url));
/** The longest time that a health answer may take. */
export const MAX_HEALTH_ANSWER_MS = 1_000;

/** Records how a service answers its health requests. */
export class HealthRecord {
  readonly #process;
  #latestMs = 0;
  #asked = 0;
  #late = 0;
  #refused = 0;

  constructor(url: string) {
    this.#process = fork(SCRIPT, [url]);
    this.#process.on("message", (message) => {
      const { ms, ok } = message as { ms: number; ok: boolean };
      this.#asked += 1;
      if (!ok) this.#refused += 1;
      else this.#latestMs = Math.max(this.#latestMs, ms);
      if (ok && ms > MAX_HEALTH_ANSWER_MS) this.#late += 1;
    });
  }

  /** Forgets all answers until now. */
  begin(): void {
    this.#latestMs = this.#asked = this.#late = this.#refused = 0;
  }

  get summary(): { readonly latestMs: number; readonly late: number; readonly refused: number } {
    return { latestMs: this.#latestMs, late: this.#late, refused: this.#refused };
  }

  get asked(): number {
    return this.#asked;
  }

  stop(): void {
    this.#process.kill();
  }
}
