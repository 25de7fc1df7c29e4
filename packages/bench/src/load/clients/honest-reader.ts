import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a reader asks for, again and again. */
export interface Reading {
  readonly url: string;
  readonly encoding: "zstd" | "gzip" | "deflate" | "identity";
}

type End = "served" | "busy" | "failed";

const SILENCE_MS = 60_000;

/**
 * A client as one should be: it reads all of each answer as fast as it can, waits for as long as `Retry-After` says
 * after a 503 or 429, and a moment after a connection that broke.
 */
export class HonestReader {
  readonly reading: Reading;
  readonly #pauseMs: number;
  readonly #agent: Agent;
  served = 0;
  busy = 0;
  failed = 0;
  /** The longest that it went without an answer that it asked for, ms. */
  longestWaitMs = 0;
  /** Why it failed last. */
  lastFailure = "";
  #waitingSince = 0;

  constructor(reading: Reading, pauseMs: number, keepAlive: boolean) {
    this.reading = reading;
    this.#pauseMs = pauseMs;
    this.#agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  /** Reads until `asked` says no; what it then still wants it goes on asking for, until `signal` aborts. */
  async run(asked: () => boolean, signal: AbortSignal): Promise<void> {
    await rest(Math.random() * this.#pauseMs, signal);
    while ((asked() || this.served === 0) && !signal.aborted) {
      this.#waitingSince = performance.now();
      while (!signal.aborted && !(await this.#once(signal))) this.#note();
      this.#note();
      await rest(this.#pauseMs * (0.5 + Math.random()), signal);
    }
    this.#agent.destroy();
  }

  #note(): void {
    this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - this.#waitingSince);
  }

  async #once(signal: AbortSignal): Promise<boolean> {
    const { end, retryAfterMs } = await this.#read(signal);
    this[end] += 1;
    if (end === "served") return true;
    // Not all at the same moment again.
    await rest(retryAfterMs * (1 + Math.random()), signal);
    return false;
  }

  #read(signal: AbortSignal): Promise<{ readonly end: End; readonly retryAfterMs: number }> {
    return new Promise((resolve) => {
      const fail = (why: string) => {
        if (!signal.aborted) this.lastFailure = why;
        resolve({ end: "failed", retryAfterMs: 1_000 });
      };
      const headers = { "accept-encoding": this.reading.encoding };
      const options = { headers, agent: this.#agent, timeout: SILENCE_MS, signal };
      const request = get(this.reading.url, options, (response) => {
        response.on("error", (error) => fail(error.message));
        response.on("end", () => {
          const { statusCode: status = 0 } = response;
          if (!response.complete) fail("cut off");
          else if (status === 200) resolve({ end: "served", retryAfterMs: 0 });
          else if (status === 503 || status === 429)
            resolve({ end: "busy", retryAfterMs: retryAfter(response) });
          else fail(`status ${status}`);
        });
        response.resume();
      });
      request.on("timeout", () => request.destroy(new Error("silence")));
      request.on("error", (error) => fail(error.message));
    });
  }
}

function retryAfter({ headers }: IncomingMessage): number {
  return Math.max(1, Number(headers["retry-after"] ?? 5)) * 1_000;
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, null, { signal }).catch(() => {});
}
