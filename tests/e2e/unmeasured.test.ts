import type { UnmeasuredReason, Verdict } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/local-cluster/local-cluster";
import { startLocalCluster } from "@netchecker/local-cluster/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const INTERVAL_MS = 1_500;
/** Three intervals until the last round says nothing of now, and what it takes to find out why. */
const PATIENCE_MS = 45_000;

let cluster: LocalCluster;

beforeAll(async () => {
  cluster = await startLocalCluster({
    nodes: 3,
    intervalMs: INTERVAL_MS,
    port: 0,
  });
});
afterAll(() => cluster?.stop());

const until = <T>(check: () => Promise<T>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });

/** Connections that were kept alive to a cluster before this one, at the same address, are reset. */
async function ask(path: string): Promise<Response> {
  for (let left = 5; ; left -= 1)
    try {
      return await cluster.fetch(path);
    } catch (error) {
      if (left === 0) throw error;
    }
}

async function json<T>(path: string, status: number): Promise<T> {
  const response = await ask(path);
  expect([path, response.status]).toEqual([path, status]);
  return (await response.json()) as T;
}

const textOf = async (path: string) => (await ask(path)).text();

const verdictSeries = async () =>
  (await textOf("/metrics"))
    .split("\n")
    .filter((line) => line.startsWith("netchecker_verdict{"))
    .toSorted();

/** Everything that says how the network is says the same, in the same words. */
async function allSayUnmeasured(reason: UnmeasuredReason, words: RegExp): Promise<void> {
  const { verdict, sentence } = await until(async () => {
    const now = await json<Verdict>("/verdict", 200);
    expect(now).toMatchObject({ verdict: "unmeasured", reason });
    expect(now.sentence).toMatch(words);
    return now;
  });
  const [line] = (await textOf("/results?format=text")).split("\n");
  expect(line).toMatch(/^UNMEASURED since /);
  expect(line).toContain(sentence);
  const strict = await json<Verdict>("/verdict?strict", 503);
  expect(strict).toMatchObject({ verdict, reason });
  expect(await json("/readyz", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json("/results", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json("/report", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json("/state", 200)).toMatchObject({ verdict: { verdict, reason } });
  expect((await ask("/healthz")).status).toBe(200);
  expect(await verdictSeries()).toEqual([
    'netchecker_verdict{verdict="degraded"} 0',
    'netchecker_verdict{verdict="failing"} 0',
    'netchecker_verdict{verdict="ok"} 0',
    'netchecker_verdict{verdict="unmeasured"} 1',
  ]);
}

async function isOkAgain(): Promise<void> {
  await until(async () => {
    const response = await ask("/verdict");
    expect(await response.json()).toMatchObject({ verdict: "ok", reason: null });
  });
  expect((await textOf("/results?format=text")).startsWith("OK since ")).toBe(true);
  expect((await ask("/readyz")).status).toBe(200);
}

describe("Redis", () => {
  it("a read-only replica after a failover, and the primary again", async () => {
    await isOkAgain();
    await cluster.redis.becomeReplica();
    await allSayUnmeasured("redis_refuses", /read-only replica/);
    await cluster.redis.becomePrimary();
    await isOkAgain();
  }, 120_000);

  it("full: rounds go on, are served and say that they are not stored", async () => {
    await cluster.redis.fillUp();
    await until(async () => {
      const body = await json<{ notices: string[] }>("/results", 200);
      expect(body).toMatchObject({ verdict: { verdict: "ok" }, round: { stored: false } });
      expect(body.notices.join()).toMatch(/not stored.*Redis is full/);
    });
    await cluster.redis.makeRoom();
    await until(async () =>
      expect(await json("/results", 200)).toMatchObject({ round: { stored: true }, notices: [] }),
    );
    await isOkAgain();
  }, 120_000);

  it("away", async () => {
    await cluster.redis.kill();
    await allSayUnmeasured("redis_away", /nothing listens/);
    await cluster.redis.start();
    await isOkAgain();
  }, 120_000);

  it("with another password", async () => {
    await cluster.redis.changePassword("another-password");
    await allSayUnmeasured("redis_refuses", /password/);
    await cluster.redis.changePassword(null);
    await isOkAgain();
  }, 120_000);

  it("paused: it accepts connections and answers nothing", async () => {
    cluster.redis.freeze();
    await allSayUnmeasured("redis_away", /does not answer/);
    cluster.redis.thaw();
    await isOkAgain();
  }, 120_000);
});

describe("the lease", () => {
  it("held by another netchecker: this one stands by, and is back when the other one has gone", async () => {
    await cluster.foreignLease.take("netchecker-other");
    await until(async () => {
      const body = await json<{ code: string; message: string }>("/verdict", 503);
      expect(body).toMatchObject({
        code: "standing_by",
        holder: "netchecker-other",
        verdict: { verdict: "unmeasured", reason: "lease_held" },
      });
    });
    const text = await ask("/results?format=text");
    expect(text.status).toBe(503);
    expect(await text.text()).toMatch(/^UNMEASURED since .*netchecker-other/);
    expect(await json("/results", 503)).toMatchObject({ code: "standing_by" });
    expect(await json("/report", 503)).toMatchObject({ code: "standing_by" });
    expect(await json("/readyz", 503)).toMatchObject({ verdict: { reason: "lease_held" } });
    expect(await verdictSeries()).toEqual([]);
    await cluster.foreignLease.release();
    await isOkAgain();
  }, 120_000);

  it("held by the netchecker of another cluster, on this Redis by mistake: it says of which, and what to do", async () => {
    const beside = { pod: "netchecker-other", cluster: "another-uid", clusterName: "prod-eu" };
    const told = () =>
      cluster.redis.command("SET", "netchecker:lease-holder", JSON.stringify(beside), "PX", "9000");
    await cluster.foreignLease.take("netchecker-other");
    await until(async () => {
      await told();
      const { message } = await json<{ message: string }>("/verdict", 503);
      expect(message).toContain("netchecker-other of the cluster prod-eu, holds the lease");
      expect(message).toContain("REDIS_PREFIX");
    });
    await cluster.foreignLease.release();
    await isOkAgain();
  }, 120_000);
});

describe("the cluster", () => {
  it("without an agent that reports", async () => {
    for (const { name } of cluster.nodes) await cluster.break(name, "ping-silent");
    await allSayUnmeasuredWithRound();
    for (const { name } of cluster.nodes) await cluster.heal(name, "ping-silent");
    await isOkAgain();
  }, 120_000);

  it("whose list of nodes is empty, though there were some a moment ago", async () => {
    cluster.deleteNodeObjects();
    await allSayUnmeasured("no_nodes", /no node is known/);
  }, 120_000);
});

/** Rounds close, and are served: they say themselves that nobody reported, with one critical finding beside. */
async function allSayUnmeasuredWithRound(): Promise<void> {
  await until(async () => {
    const body = await json<{ verdict: Verdict; findings: { severity: string }[] }>(
      "/results",
      200,
    );
    expect(body.verdict).toMatchObject({ verdict: "unmeasured", reason: "no_agent_reported" });
    expect(body.findings.filter(({ severity }) => severity === "critical")).toHaveLength(1);
  });
  expect(await json("/verdict?strict", 503)).toMatchObject({ reason: "no_agent_reported" });
  expect(await textOf("/results?format=text")).toMatch(/^UNMEASURED since .*none of 3 agents/);
  expect((await ask("/report")).status).toBe(503);
  expect((await ask("/readyz")).status).toBe(503);
  expect(await verdictSeries()).toContain('netchecker_verdict{verdict="unmeasured"} 1');
}

describe("the way to Redis", () => {
  it("that loses large packets: small commands are answered", async () => {
    await cluster.stop();
    cluster = await startLocalCluster({
      nodes: 2,
      intervalMs: INTERVAL_MS,
      port: 0,
      redisLink: true,
    });
    await isOkAgain();
    cluster.redisLink.loseLargerThan(700);
    await allSayUnmeasured("redis_loses_large", /large/);
    cluster.redisLink.loseLargerThan(null);
    await isOkAgain();
  }, 120_000);
});

describe("the API server", () => {
  it("that was never there: no round is ever opened, and everything says why", async () => {
    await cluster.stop();
    cluster = await startLocalCluster({
      nodes: 2,
      intervalMs: INTERVAL_MS,
      port: 0,
      apiServerAway: true,
    });
    await allSayUnmeasured("cluster_unseen", /API server was never seen/);
  }, 120_000);
});
