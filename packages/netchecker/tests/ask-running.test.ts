import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerChecks } from "../src/adapters/answer-checks.ts";
import { askRunning, type Checked, checkSocket } from "../src/ask-running.ts";
import { aLog } from "./support/a-log.ts";

// Only Linux has abstract sockets.
const onLinux = describe.skipIf(process.platform !== "linux");
/** Nothing listens on this port. It only gives the socket a name of its own. */
const PORT = 20_000 + (process.pid % 40_000);
const FINE: Checked = { ok: true, text: "ok      fine" };

let stop: AbortController;
const { log, lines } = aLog();

beforeEach(() => (stop = new AbortController()));
afterEach(() => stop.abort());

onLinux("a netchecker that runs", () => {
  it("answers, and if none runs there is no answer", async () => {
    expect(await askRunning(`${PORT}`)).toBeNull();
    answerChecks(PORT, () => Promise.resolve(FINE), log, stop.signal);
    expect(await askRunning(`${PORT}`)).toEqual(FINE);
    expect(await askRunning(`${PORT + 1}`)).toBeNull();
    stop.abort();
    expect(await askRunning(`${PORT}`)).toBeNull();
  });

  it("checks itself once for all who ask at once", async () => {
    let checks = 0;
    const answer = Promise.withResolvers<Checked>();
    const check = () => {
      checks += 1;
      return answer.promise;
    };
    answerChecks(PORT, check, log, stop.signal);
    const asked = Array.from({ length: 5 }, () => askRunning(`${PORT}`));
    await sleep(500);
    answer.resolve(FINE);
    expect(await Promise.all(asked)).toEqual(Array.from({ length: 5 }, () => FINE));
    expect(checks).toBe(1);
    expect(await askRunning(`${PORT}`)).toEqual(FINE);
    expect(checks).toBe(2);
  });

  it("accepts a few requests at a time, and closes further ones", async () => {
    answerChecks(PORT, () => new Promise(() => {}), log, stop.signal);
    const asked = Array.from({ length: 30 }, () => askRunning(`${PORT}`, 2_000));
    const texts = (await Promise.all(asked)).map((each) => each?.text ?? "");
    const held = texts.filter((text) => text.includes("gives no answer within"));
    expect(held.length).toBeLessThanOrEqual(8);
    expect(held.length).toBeGreaterThan(0);
  });

  it("that hangs or answers nonsense makes the check fail", async () => {
    answerChecks(PORT, () => new Promise(() => {}), log, stop.signal);
    expect(await askRunning(`${PORT}`, 200)).toEqual({
      ok: false,
      text: "FAILED  the netchecker that runs here gives no answer within 200 ms",
    });
    const odd = createServer((socket) => socket.end('{"ok":tr'));
    odd.listen({ path: checkSocket(`${PORT + 2}`)! });
    expect(await askRunning(`${PORT + 2}`)).toMatchObject({ ok: false });
    odd.close();
  });

  it("goes on if its check throws, or if another process has its socket", async () => {
    answerChecks(PORT, () => Promise.reject(new Error("no")), log, stop.signal);
    expect(await askRunning(`${PORT}`)).toMatchObject({ ok: false });
    answerChecks(PORT, () => Promise.resolve(FINE), log, stop.signal);
    expect(await askRunning(`${PORT}`)).toMatchObject({ ok: false });
    expect(lines.map(({ msg }) => msg)).toContain("answers no --check: it will run by itself");
  });
});

describe("the socket's name", () => {
  it.each(["0", "", "8080x", "-1", " 8080", "99999999"])("needs a port, and %j is none", (port) => {
    expect(checkSocket(port)).toBeNull();
  });
});
