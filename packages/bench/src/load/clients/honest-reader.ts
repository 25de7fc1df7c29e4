import { Agent, get, type IncomingMessage } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What a reader asks for in a loop. */
export interface Reading {
  readonly url: string;
  readonly encoding: "zstd" | "gzip" | "deflate" | "identity";
}

type End = "served" | "busy" | "failed";

const MAX_SILENCE_MS = 60_000;

/**
 * A well-behaved client. It reads each answer completely and as fast as it can. After a 503 or 429 it waits as long as
 * `Retry-After` says. After a broken connection it waits a second.
 */
export class HonestReader {
  readonly reading: Reading;
  readonly #pauseMs: number;
  readonly #agent: Agent;
  served = 0;
  busy = 0;
  failed = 0;
  /** The longest time from a request until it was served, retries included. */
  longestWaitMs = 0;
  /** The reason of the last failure. */
  lastFailure = "";
  #waitingSince = 0;

  constructor(reading: Reading, pauseMs: number, keepAlive: boolean) {
    this.reading = reading;
    this.#pauseMs = pauseMs;
    this.#agent = new Agent({ keepAlive, maxSockets: 1 });
  }

  /** Reads while `mayAsk` returns true. A reader that was not yet served goes on until it is, or until `signal` aborts. */
  async run(mayAsk: () => boolean, signal: AbortSignal): Promise<void> {
    await rest(Math.random() * this.#pauseMs, signal);
    while ((mayAsk() || this.served === 0) && !signal.aborted) {
      this.#waitingSince = performance.now();
      while (!signal.aborted && !(await this.#once(signal))) this.#noteWait();
      this.#noteWait();
      await rest(this.#pauseMs * (0.5 + Math.random()), signal);
    }
    this.#agent.destroy();
  }

  #noteWait(): void {
    this.longestWaitMs = Math.max(this.longestWaitMs, performance.now() - this.#waitingSince);
  }

  async #once(signal: AbortSignal): Promise<boolean> {
    const { end, retryAfterMs } = await this.#read(signal);
    this[end] += 1;
    if (end === "served") return true;
    // The random part keeps the readers from asking again at the same moment.
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
      const options = { headers, agent: this.#agent, timeout: MAX_SILENCE_MS, signal };
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
