import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import type { AttemptOutcome } from "./attempt.ts";
import { type Passes, probeAll } from "./probe-all.ts";

const OK: AttemptOutcome = { reason: "ok", latencyMs: 1 };
const REFUSED: AttemptOutcome = { reason: "connection_refused", latencyMs: null };

function passes(overrides: Partial<Passes<number>> & { count: number }): Passes<number> {
  const targets = Array.from({ length: overrides.count }, (_, index) => index);
  return {
    targets,
    order: targets,
    concurrency: 4,
    attempts: 3,
    signal: new AbortController().signal,
    probe: () => Promise.resolve(OK),
    ...overrides,
  };
}

/** Waits for the abort, as a probe does. */
const hang = (signal: AbortSignal) =>
  new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );

describe("probeAll", () => {
  test("gives an outcome for each target in list order, in whatever order they are probed", async () => {
    const order = [2, 3, 0, 1];
    const probed: number[] = [];
    const outcomes = await probeAll(
      passes({
        count: 4,
        order,
        concurrency: 1,
        probe: (target) => {
          probed.push(target);
          return Promise.resolve({ reason: "ok", latencyMs: target });
        },
      }),
    );
    expect(probed).toEqual(order);
    expect(outcomes).toEqual([0, 1, 2, 3].map((latencyMs) => ({ ...OK, latencyMs, attempts: 1 })));
  });

  test("runs as many attempts at the same time as it may, and never more", async () => {
    let running = 0;
    let maxRunning = 0;
    await probeAll(
      passes({
        count: 50,
        concurrency: 7,
        probe: async () => {
          running += 1;
          maxRunning = Math.max(maxRunning, running);
          await sleep(1);
          running -= 1;
          return OK;
        },
      }),
    );
    expect(maxRunning).toBe(7);
  });

  test("gives every target its first attempt before any gets a second, and a target that is ok gets no second", async () => {
    const probed: number[] = [];
    const outcomes = await probeAll(
      passes({
        count: 5,
        probe: (target) => {
          probed.push(target);
          return Promise.resolve(target % 2 === 0 ? OK : REFUSED);
        },
      }),
    );
    expect(probed.slice(0, 5).toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(probed.slice(5)).toEqual([1, 3, 1, 3]);
    expect(outcomes.map(({ attempts }) => attempts)).toEqual([1, 3, 1, 3, 1]);
    expect(outcomes.map(({ reason }) => reason === "ok")).toEqual([true, false, true, false, true]);
  });

  test("a target that comes back is ok, and its outcome has the number of attempts", async () => {
    let calls = 0;
    const outcomes = await probeAll(
      passes({ count: 1, probe: () => Promise.resolve((calls += 1) < 3 ? REFUSED : OK) }),
    );
    expect(outcomes).toEqual([{ ...OK, attempts: 3 }]);
  });

  test("waits before the next attempt at a target that failed at once", async () => {
    const at: number[] = [];
    await probeAll(
      passes({
        count: 1,
        attempts: 2,
        probe: () => {
          at.push(performance.now());
          return Promise.resolve(REFUSED);
        },
      }),
    );
    expect(at[1]! - at[0]!).toBeGreaterThan(100);
  });

  test("at the abort, a target without a complete attempt is not_probed, and a failed target keeps its reason", async () => {
    const controller = new AbortController();
    const attempts = [0, 0, 0, 0];
    const probing = probeAll(
      passes({
        count: 4,
        concurrency: 3,
        signal: controller.signal,
        probe: (target) => {
          attempts[target]! += 1;
          if (target === 0) return Promise.resolve(OK);
          if (target === 1 && attempts[1] === 1) return Promise.resolve(REFUSED);
          if (target === 2) return hang(controller.signal);
          controller.signal.throwIfAborted();
          return hang(controller.signal);
        },
      }),
    );
    setTimeout(() => controller.abort(), 50);
    const not = { reason: "not_probed", latencyMs: null, attempts: 0 };
    expect(await probing).toEqual([{ ...OK, attempts: 1 }, { ...REFUSED, attempts: 1 }, not, not]);
  });

  test("an abort in the pause before the second attempt keeps the reason of the first", async () => {
    const outcomes = await probeAll(
      passes({
        count: 2,
        signal: AbortSignal.timeout(50),
        probe: () => Promise.resolve(REFUSED),
      }),
    );
    expect(outcomes.map(({ reason, attempts }) => [reason, attempts])).toEqual([
      ["connection_refused", 1],
      ["connection_refused", 1],
    ]);
  });

  test("gives no outcomes for an empty list", async () => {
    expect(await probeAll(passes({ count: 0 }))).toEqual([]);
  });
});
