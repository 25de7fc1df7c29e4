import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { listen } from "../../src/sockets/listen.ts";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LabClient } from "../../src/namespaces/lab-client.ts";
import { removeLeftovers } from "../../src/namespaces/leftovers.ts";
import { startLab } from "../../src/namespaces/start-lab.ts";
import { refusal } from "./refusal.ts";
import { collectDescendants, livingAfter } from "../processes.ts";
import { runTestbed } from "../run-testbed.ts";
import { machineState } from "./traces.ts";

const ONE_NODE = { nodes: 1, intervalMs: 5_000, podNetwork: "host-gateway", port: 0 } as const;

// On a busy machine a start takes its time.
vi.setConfig({ testTimeout: 90_000 });

describe.skipIf(refusal !== null)(`laboratories that end${refusal ? ` (${refusal})` : ""}`, () => {
  let folder: string;
  let before: ReturnType<typeof machineState>;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "lab-endings-"));
    vi.stubEnv("TMPDIR", folder);
    before = machineState();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  test.each([250, 900, 2_000])("Ctrl-C %i ms after up began leaves nothing", async (afterMs) => {
    const words = ["lab", "up", "--nodes", "2", "--port", "0"];
    const { child, ended } = runTestbed(words, { folder });
    void sleep(afterMs).then(() => child.kill("SIGINT"));
    const processes = await collectDescendants(child.pid!, ended);
    const { code, stderr } = await ended;
    // Before it listens for signals Node dies of one.
    expect([null, 130]).toContain(code);
    expect(stderr).toBe("");
    expect(await livingAfter(processes)).toEqual([]);
    expect(machineState()).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a start that fails says why, and leaves nothing", async () => {
    const bundle = join(folder, "bad.cjs");
    writeFileSync(bundle, "console.error('no, thanks'); process.exit(1);");
    const started = startLab({ ...ONE_NODE, bundles: { netchecker: bundle } });
    const processes = await collectDescendants(process.pid, started);
    await expect(started).rejects.toThrow(/^netchecker did not start on .*: no, thanks$/);
    expect(processes.size).toBeGreaterThan(5);
    expect(await livingAfter(processes)).toEqual([]);
    expect(machineState()).toEqual(before);
    expect(readdirSync(folder)).toEqual(["bad.cjs"]);
  });

  test("a port in use is a sentence, and nothing is started", async () => {
    const other = createServer();
    const port = await listen(other, "127.0.0.1", 0);
    await expect(startLab({ ...ONE_NODE, port })).rejects.toThrow(
      `127.0.0.1:${port} is in use: end the program that listens on it`,
    );
    other.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("kill -9 of its process takes all along but the folder and a cgroup, which the next start removes", async () => {
    const lab = await startLab({ ...ONE_NODE, background: true });
    const cgroup = `/sys/fs/cgroup/netchecker-lab-${lab.pid}-f1`;
    mkdirSync(cgroup);
    removeLeftovers();
    expect(LabClient.find()).toEqual(lab);
    expect([existsSync(lab.folder), existsSync(cgroup)]).toEqual([true, true]);

    const dying = sleep(300).then(() => process.kill(lab.pid, "SIGKILL"));
    const processes = await collectDescendants(lab.pid, dying);
    expect(processes.size).toBeGreaterThan(5);
    expect(await livingAfter([lab.pid, ...processes])).toEqual([]);
    expect(machineState()).toEqual(before);
    expect(LabClient.find()).toBeNull();
    expect([existsSync(lab.folder), existsSync(cgroup)]).toEqual([true, true]);
    removeLeftovers();
    expect([existsSync(lab.folder), existsSync(cgroup)]).toEqual([false, false]);
  });

  test("it ends with who started it, whatever ended that", async () => {
    const script = `const { startLab } = await import(${JSON.stringify(import.meta.resolve("../../src/namespaces/start-lab.ts"))});
      const lab = await startLab(${JSON.stringify(ONE_NODE)});
      console.log(lab.pid);
      process.kill(process.pid, "SIGKILL");`;
    const args = ["--input-type=module", "-e", `${script}`];
    let stdout = "";
    try {
      execFileSync(process.execPath, args, { env: { ...process.env, TMPDIR: folder } });
    } catch (error) {
      stdout = String((error as { stdout: Buffer }).stdout);
    }
    expect(await livingAfter([Number(stdout)], 10_000)).toEqual([]);
    expect(machineState()).toEqual(before);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("of other folders, only those that nobody will claim any more are removed", () => {
    for (const name of ["netchecker-lab-silent", "netchecker-lab-new", "another"])
      mkdirSync(join(folder, name));
    utimesSync(join(folder, "netchecker-lab-silent"), 0, 0);
    utimesSync(join(folder, "another"), 0, 0);
    removeLeftovers();
    expect(readdirSync(folder).toSorted()).toEqual(["another", "netchecker-lab-new"]);
  });
});
