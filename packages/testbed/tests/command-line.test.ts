import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listen } from "../src/sockets/listen.ts";
import { childrenOf, collectDescendants, living } from "./processes.ts";
import { type Running, runTestbed } from "./run-testbed.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "command-line-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The command as a process of its own, whose temporary files are in `folder`. */
const demo = (...args: string[]) => runTestbed(["demo", ...args], { folder });

/** Short enough for what a start that fails has only for a moment. */
const LOOK_EVERY_MS = 5;

test("--help says what there is, also behind the package manager's --, and exits with 0", async () => {
  const { code, stdout, stderr } = await demo("--", "--help").ended;
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const option of ["--nodes", "--interval", "--port", "--rounds", "--json", "--external"])
    expect(stdout).toContain(option);
});

test("a wrong option is a sentence and the usage on stderr, and an exit with 1", async () => {
  const { code, stdout, stderr } = await demo("--nodes", "1000").ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(
    /^--nodes is "1000"; allowed: a whole number from 1 to 100\n\nRuns netChecker/,
  );
});

test("a port in use is a sentence that names it, and an exit with 1 that leaves nothing", async () => {
  const server = createServer();
  const port = await listen(server, "127.0.0.1", 0);
  const { child, ended } = demo("--port", String(port), "--nodes", "1");
  const children = await collectDescendants(child.pid!, ended, LOOK_EVERY_MS);
  const { code, stderr } = await ended;
  server.close();
  expect(stderr).toBe(
    `127.0.0.1:${port} is in use: end the program that listens on it (or on that port of every address), then start again.\n`,
  );
  expect(code).toBe(1);
  expect(living(children)).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

test("--json prints the last results and nothing else on stdout, and exits with 0 when all is fine", async () => {
  const options = "--nodes 2 --rounds 1 --interval 4 --port 0 --json".split(" ");
  const { code, stdout, stderr } = await demo(...options).ended;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const { round, summary, results } = JSON.parse(stdout);
  expect(round).toMatchObject({ expected: 2, reported: 2, missing: [] });
  expect(summary.pod).toMatchObject({ total: 4, ok: 4 });
  expect(results.length).toBeGreaterThan(4);
  expect(readdirSync(folder)).toEqual([]);
});

test("something broken is an exit with 2", async () => {
  const options = "--nodes 2 --rounds 1 --interval 4 --port 0 --break node-2=pong-down".split(" ");
  const { code, stdout } = await demo(...options).ended;
  expect(stdout).toMatch(/\n +1 +\d\d:\d\d:\d\d +degraded +\d\.\d{3} s +reports +2\/4 /);
  expect(code).toBe(2);
});

test.each([50, 250, 400, 550, 700, 1_000, 1_500])(
  "SIGINT %i ms after the start leaves no process and no file",
  async (afterMs) => {
    const { child, ended } = demo("--nodes", "3", "--interval", "2", "--port", "0");
    void sleep(afterMs).then(() => child.kill("SIGINT"));
    const children = await collectDescendants(child.pid!, ended, LOOK_EVERY_MS);
    const { code, stderr } = await ended;
    // Before it listens for signals Node dies of one; once the cluster runs, SIGINT is its normal end.
    expect([null, 0, 130]).toContain(code);
    expect(stderr).toBe("");
    expect(living(children)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  },
);

async function whenItRuns({ said, child }: Running): Promise<void> {
  while (!said.stdout.includes("round ")) {
    if (child.exitCode !== null) throw new Error(`it ended: ${said.stderr}`);
    await sleep(20);
  }
}

test("an interrupted run that has rounds to do does not count as done", async () => {
  const run = demo("--nodes", "1", "--rounds", "100", "--interval", "2", "--port", "0");
  await whenItRuns(run);
  run.child.kill("SIGTERM");
  expect((await run.ended).code).toBe(143);
});

test("a second signal ends everything at once", async () => {
  const run = demo("--nodes", "2", "--interval", "2", "--port", "0");
  await whenItRuns(run);
  const children = childrenOf(run.child.pid!);
  expect(children).toHaveLength(6);
  run.child.kill("SIGINT");
  await sleep(20);
  run.child.kill("SIGINT");
  await run.ended;
  // A SIGKILL that was sent is not yet an end.
  while (living(children).length > 0) await sleep(10);
  expect(readdirSync(folder)).toEqual([]);
});

test("a closed terminal ends everything", async () => {
  const run = demo("--nodes", "1", "--interval", "2", "--port", "0");
  await whenItRuns(run);
  const children = childrenOf(run.child.pid!);
  run.child.kill("SIGHUP");
  expect((await run.ended).code).toBe(0);
  expect(living(children)).toEqual([]);
});

test.runIf(existsSync("/usr/bin/setpriv"))("a SIGKILL takes the children along", async () => {
  const run = demo("--nodes", "1", "--interval", "2", "--port", "0");
  await whenItRuns(run);
  const children = childrenOf(run.child.pid!);
  expect(children).toHaveLength(4);
  run.child.kill("SIGKILL");
  while (living(children).length > 0) await sleep(10);
  expect(existsSync(folder)).toBe(true);
});
