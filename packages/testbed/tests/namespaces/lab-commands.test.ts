import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { refusal } from "./refusal.ts";
import { RoundWatcher } from "../../src/services/watch-rounds.ts";
import { collectDescendants, livingAfter } from "../processes.ts";
import { runTestbed } from "../run-testbed.ts";
import { machineState } from "./traces.ts";

// On a busy machine a start takes its time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

const ROUND_WITHIN_MS = 60_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lab-commands-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const lab = (...args: string[]) => runTestbed(["lab", ...args], { folder }).ended;

test("--help lists the commands, and each has a help of its own", async () => {
  const { code, stdout, stderr } = await lab("--help");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  for (const command of ["up", "break", "heal", "results", "shell", "down"])
    expect(stdout).toMatch(new RegExp(`^  ${command} +\\S`, "m"));
  expect((await lab("break", "mtu", "--help")).stdout).toMatch(/^ {2}--size +a whole number/m);
});

test.each([
  [["results"], "No laboratory is up: `pnpm lab up` starts one.\n"],
  [["down"], "No laboratory is up.\n"],
  [["fly"], '"fly" is no command; allowed: up, break, '],
  [["up", "--nodes", "0"], '--nodes is "0"; allowed: a whole number from 1 to '],
  [["break", "node-1"], "No kind of fault is given; allowed: node-down, "],
])("lab %s is a sentence on stderr and an exit with 1", async (args, sentence) => {
  const { code, stdout, stderr } = await lab(...args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(sentence);
});

/** Nobody in particular, as who is not root is. */
const NOT_ROOT = ["unshare", "--user"];
const mayDropRoot = spawnSync(NOT_ROOT[0]!, [...NOT_ROOT.slice(1), "true"]).status === 0;

test.runIf(mayDropRoot)("without root it says what to do, and exits with 3", async () => {
  const { code, stderr } = await runTestbed(["lab", "up"], { folder, before: NOT_ROOT }).ended;
  expect({ code, stderr }).toEqual({
    code: 3,
    stderr:
      "The laboratory makes network namespaces, which takes root: run the same command with sudo.\n",
  });
});

test.runIf(refusal !== null)(`a laboratory is refused on this machine: ${refusal}`, async () => {
  expect(await lab("up")).toMatchObject({ code: 3, stderr: expect.stringContaining(refusal!) });
});

describe.runIf(refusal === null)("a laboratory by hand, from up to down", () => {
  let before: ReturnType<typeof machineState>;
  let url: string;

  beforeAll(async () => {
    before = machineState();
    const { code, stdout, stderr } = await lab("up", "--nodes", "2", "--port", "0");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^2 nodes up in \d+\.\d s, a round every 5 s\.$/m);
    url = /http:\S+(?=\/rounds)/.exec(stdout)![0];
  });

  /** A round that began after whatever was done before. */
  const nextRound = () => new RoundWatcher(url).nextRound(ROUND_WITHIN_MS);

  test("all is well at first", async () => {
    const { code, stdout } = await lab("results");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^OK since .*: all 20 checks ok\.\n/),
    });
  });

  test("a second one is refused with the address of the first", async () => {
    const { code, stderr } = await lab("up");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `A laboratory is up already, at ${url}: \`pnpm lab down\` ends it.\n`,
    });
  });

  test("what is broken shows in the next round, and when it is healed all is well again", async () => {
    expect(await lab("break", "node-2", "pod-network", "--direction", "in")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("f1: pod-network --node node-2 --direction in"),
    });
    expect((await lab("state")).stdout).toMatch(/^f1 +since .* pod-network --node node-2/m);
    await nextRound();
    const broken = await lab("results");
    expect(broken.code).toBe(2);
    expect(broken.stdout).toMatch(
      /^ +pod echo to pong-\S+ on node-2 .* from 1 of 2 nodes: node-1$/m,
    );

    expect((await lab("heal", "f1")).stdout).toBe("Healed f1.\n");
    await nextRound();
    expect((await lab("results")).code).toBe(0);
  });

  test("where netchecker cannot know, its verdict comes first, and it is no success", async () => {
    expect((await lab("break", "redis-paused")).code).toBe(0);
    let results = await lab("results");
    while (!results.stdout.startsWith("UNMEASURED")) {
      await sleep(200);
      results = await lab("results");
    }
    expect(results.code).toBe(2);
    expect(results.stdout).toMatch(
      /^UNMEASURED since .*\n! What follows is the last round that closed/,
    );
    await lab("heal");
    while ((await lab("results")).code !== 0) await sleep(200);
  }, 90_000);

  test("what the laboratory refuses is a sentence, and nothing is broken by it", async () => {
    const { code, stderr } = await lab("break", "node-down", "node-9");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^there is no node-9; there are node-[12],node-[12]\n$/),
    });
    expect((await lab("heal")).stdout).toBe("Nothing was broken.\n");
  });

  test("commands run where they are told to, and their exit code is handed on", async () => {
    const { stdout } = await lab("exec", "node-2/pong", "--", "ip", "-o", "-4", "address");
    expect(stdout).toContain("10.244.2.");
    expect((await lab("exec", "control", "--", "sh", "-c", "exit 7")).code).toBe(7);
    const { code, stderr } = await lab("exec", "node-3", "--", "true");
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('"node-3" is no place; allowed: node-1, node-2, each with'),
    });
  });

  test("down leaves nothing: no process, link, rule, mount or file", async () => {
    const { folder: labFolder } = JSON.parse((await lab("state", "--json")).stdout);
    const { control } = JSON.parse((await lab("state", "--json")).stdout);
    expect(readdirSync(folder)).toEqual([labFolder.split("/").at(-1)]);
    const down = lab("down");
    const processes = await collectDescendants(control.namespacePid, down);
    expect(processes.size).toBeGreaterThan(10);
    expect(await down).toMatchObject({ code: 0, stderr: "" });
    expect(await livingAfter([control.namespacePid, ...processes])).toEqual([]);
    expect(machineState()).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });
});
