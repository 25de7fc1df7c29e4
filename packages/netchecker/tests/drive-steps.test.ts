import { setImmediate as othersTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Steps } from "@netchecker/round/steps";
import { driveSteps } from "../src/drive-steps.ts";

function* countTo(steps: number, each = () => {}): Steps<number> {
  for (let step = 0; step < steps; step += 1) {
    each();
    yield;
  }
  return steps;
}

describe("driveSteps", () => {
  it("returns the result of the work", async () => {
    expect(await driveSteps(countTo(0))).toBe(0);
    expect(await driveSteps(countTo(10_000))).toBe(10_000);
  });

  it("lets other work run while the steps take long", async () => {
    let turns = 0;
    const over = new AbortController();
    const others = (async () => {
      while (!over.signal.aborted) {
        await othersTurn();
        turns += 1;
      }
    })();
    const spin = () => {
      const until = performance.now() + 2;
      while (performance.now() < until);
    };
    await driveSteps(countTo(100, spin));
    over.abort();
    await others;
    // 200 ms of work give about 8 turns. A slow machine may give fewer.
    expect(turns).toBeGreaterThan(3);
  });

  it("rejects with what a step throws", async () => {
    const failing = countTo(3, () => {
      throw new RangeError("no such row");
    });
    await expect(driveSteps(failing)).rejects.toThrow("no such row");
  });
});
