import { setImmediate as othersTurn } from "node:timers/promises";
import type { Steps } from "@netchecker/round/steps";

/** So long work goes on before requests, reports and the lease have their turn. */
const STRETCH_MS = 25;

/** Does work step by step and gives what comes of it, without ever keeping the event loop for long. */
export async function driveSteps<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const until = performance.now() + STRETCH_MS;
    do {
      const { done, value } = steps.next();
      if (done) return value;
    } while (performance.now() < until);
    await othersTurn();
  }
}
