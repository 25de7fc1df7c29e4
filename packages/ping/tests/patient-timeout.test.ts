import { fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { patientTimeout } from "../src/probes/patient-timeout.ts";
import { probePod } from "../src/probes/pod-probe.ts";
import { StallClock } from "../src/probes/stall-clock.ts";
import { target, tools } from "./listeners.ts";

/** Blocks this process, as if it were throttled or stopped. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function clock(): StallClock {
  const stalls = new StallClock();
  stalls.start();
  onTestFinished(() => stalls.stop());
  return stalls;
}

/** Returns how long a timeout took while `meanwhile` ran. */
async function timed(timeoutMs: number, meanwhile: () => Promise<void>): Promise<number> {
  const stalls = clock();
  const startedAt = performance.now();
  const fired = new Promise<number>((resolve) => {
    patientTimeout(timeoutMs, stalls, () => resolve(performance.now() - startedAt));
  });
  await meanwhile();
  return fired;
}

test("fires when its time is over", async () => {
  const tookMs = await timed(300, async () => {});
  expect(tookMs).toBeGreaterThanOrEqual(299);
  // On a busy machine this process has to wait, and that time does not count.
  expect(tookMs).toBeLessThan(3_000);
});

test("does not count time in which this process stood still", async () => {
  const tookMs = await timed(300, async () => {
    await sleep(50);
    block(600);
  });
  expect(tookMs).toBeGreaterThan(850);
});

test("does not count a stall from before it began", async () => {
  const stalls = clock();
  await sleep(30);
  block(3_000);
  const startedAt = performance.now();
  const firedAt = await new Promise<number>((resolve) => {
    patientTimeout(200, stalls, () => resolve(performance.now()));
  });
  expect(firedAt - startedAt).toBeLessThan(3_000);
});

test("never fires after it was cancelled, even while it polls", async () => {
  let fired = false;
  const cancel = patientTimeout(20, clock(), () => (fired = true));
  await sleep(10);
  block(40);
  cancel();
  cancel();
  await sleep(100);
  expect(fired).toBe(false);
});

test("a clock at rest does not tick, and it keeps what it measured", async () => {
  const stalls = new StallClock();
  stalls.start();
  stalls.start();
  await sleep(30);
  block(300);
  await sleep(30);
  stalls.stop();
  stalls.stop();
  const measured = stalls.stalledMs();
  expect(measured).toBeGreaterThan(250);
  block(100);
  expect(stalls.stalledMs()).toBe(measured);
});

test("an answer that arrives while this process stands still is not a timeout", async () => {
  // This pong is a process of its own. It answers 100 ms after the request, in the middle of the
  // stall.
  const child = fork(new URL("late-pong.ts", import.meta.url).pathname, { execArgv: [] });
  onTestFinished(() => void child.kill());
  const [port] = (await once(child, "message")) as [number];
  const probing = probePod(target(`127.0.0.1:${port}`), tools({ timeoutMs: 500 }));
  await sleep(50);
  block(1_500);
  expect((await probing).reason).toBe("ok");
});
