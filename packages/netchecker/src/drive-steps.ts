import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import type { Steps } from "@netchecker/round/steps";

/** How long work may run before requests, reports and the lease get their turn. */
const MAX_STRETCH_MS = 25;

/** Does work step by step and returns its result, without blocking the event loop for long. */
export async function driveSteps<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const until = performance.now() + MAX_STRETCH_MS;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < until);
    await yieldToEventLoop();
  }
}
