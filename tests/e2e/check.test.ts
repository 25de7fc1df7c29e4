import { execFile } from "node:child_process";
import { cgroupFault, LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Results } from "./support/a-cluster.ts";

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 3, intervalMs: 2_000, port: 0 });
  await cluster.resultsAfter<Results>(0);
});
afterAll(() => cluster?.stop());

/** Runs it like `kubectl exec deploy/netchecker -- node main.js --check`. */
function check(within: readonly string[] = []): Promise<{ code: unknown; stdout: string }> {
  const { bundle, env } = cluster.netchecker.spec;
  const [file, ...args] = [...within, process.execPath, "--max-semi-space-size=1", bundle];
  return new Promise((resolve) => {
    execFile(file!, [...args, "--check"], { env: { ...env } }, (error, stdout) =>
      resolve({ code: error ? (error.code ?? error.signal) : 0, stdout }),
    );
  });
}

const asked = () => [...cluster.apiServer.requests.values()].reduce((sum, each) => sum + each, 0);

describe("--check beside a netchecker that runs", () => {
  it("the running netchecker answers it: all is ok, code 0, and the API server gets no request", async () => {
    const before = asked();
    const { code, stdout } = await check();
    expect(stdout).toMatch(/^ok {6}the configuration can be used$/m);
    expect(stdout).toMatch(/^ok {6}3 of 3 nodes have a ready ping pod/m);
    expect(stdout).not.toMatch(/FAILED/);
    expect(code).toBe(0);
    expect(asked()).toBe(before);
  });

  // Without the running netchecker it takes 54 MiB, and 79 MiB at 1,000 nodes.
  it.skipIf(cgroupFault() !== null)("takes no more than 24 MiB", async () => {
    const cgroup = new LimitedCgroup({ memoryBytes: 24 * 2 ** 20 }, `check-${process.pid}`);
    try {
      expect(await check(cgroup.within)).toMatchObject({ code: 0 });
    } finally {
      cgroup.remove();
    }
  });

  it("names what is missing with code 1, and does so by itself if no netchecker runs", async () => {
    await cluster.redis.kill();
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toMatch(/^FAILED {2}Redis at /m);
    await cluster.netchecker.kill();
    const before = asked();
    const alone = await check();
    expect(alone.code).toBe(1);
    expect(alone.stdout).toMatch(/^ok {6}3 of 3 nodes have a ready pong pod/m);
    expect(alone.stdout).toMatch(/^FAILED {2}Redis at /m);
    expect(asked()).toBeGreaterThan(before);
  });
});
