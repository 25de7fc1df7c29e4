import type { UnmeasuredReason, Verdict } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

const INTERVAL_MS = 1_500;
/** Three intervals until the last round is too old, and the time to find the reason. */
const PATIENCE_MS = 45_000;

const until = <T>(check: () => Promise<T>) =>
  vi.waitFor(check, { timeout: PATIENCE_MS, interval: 100 });

/**
 * Asks again if the connection was reset: it may have been kept alive from an earlier cluster at
 * the same address.
 */
async function ask(cluster: LocalCluster, path: string): Promise<Response> {
  for (let left = 5; ; left -= 1)
    try {
      return await cluster.fetch(path);
    } catch (error) {
      if (left === 0) throw error;
    }
}

async function json<T>(cluster: LocalCluster, path: string, status: number): Promise<T> {
  const response = await ask(cluster, path);
  expect([path, response.status]).toEqual([path, status]);
  return (await response.json()) as T;
}

const textOf = async (cluster: LocalCluster, path: string) => (await ask(cluster, path)).text();

const verdictSeries = async (cluster: LocalCluster) =>
  (await textOf(cluster, "/metrics"))
    .split("\n")
    .filter((line) => line.startsWith("netchecker_verdict{"))
    .toSorted();

/** Checks that everything that shows the network's state says the same, in the same words. */
async function allSayUnmeasured(
  cluster: LocalCluster,
  reason: UnmeasuredReason,
  words: RegExp,
): Promise<void> {
  const { verdict, sentence } = await until(async () => {
    // A round that was open when the fault began may still close, and then it is served for a
    // while.
    await json(cluster, "/results", 503);
    const now = await json<Verdict>(cluster, "/verdict", 200);
    expect(now).toMatchObject({ verdict: "unmeasured", reason });
    expect(now.sentence).toMatch(words);
    return now;
  });
  const [line] = (await textOf(cluster, "/results?format=text")).split("\n");
  expect(line).toMatch(/^UNMEASURED since /);
  expect(line).toContain(sentence);
  const strict = await json<Verdict>(cluster, "/verdict?strict", 503);
  expect(strict).toMatchObject({ verdict, reason });
  expect(await json(cluster, "/readyz", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json(cluster, "/results", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json(cluster, "/report", 503)).toMatchObject({ verdict: { verdict, reason } });
  expect(await json(cluster, "/state", 200)).toMatchObject({ verdict: { verdict, reason } });
  expect((await ask(cluster, "/healthz")).status).toBe(200);
  expect(await verdictSeries(cluster)).toEqual([
    'netchecker_verdict{verdict="degraded"} 0',
    'netchecker_verdict{verdict="failing"} 0',
    'netchecker_verdict{verdict="ok"} 0',
    'netchecker_verdict{verdict="unmeasured"} 1',
  ]);
}

async function isOkAgain(cluster: LocalCluster): Promise<void> {
  await until(async () => {
    const response = await ask(cluster, "/verdict");
    expect(await response.json()).toMatchObject({ verdict: "ok", reason: null });
  });
  expect((await textOf(cluster, "/results?format=text")).startsWith("OK since ")).toBe(true);
  expect((await ask(cluster, "/readyz")).status).toBe(200);
}

/**
 * For faults in which rounds still close: the served rounds say that nobody reported, with one
 * critical finding.
 */
async function allSayUnmeasuredWithRound(cluster: LocalCluster): Promise<void> {
  await until(async () => {
    const body = await json<{ verdict: Verdict; findings: { severity: string }[] }>(
      cluster,
      "/results",
      200,
    );
    expect(body.verdict).toMatchObject({ verdict: "unmeasured", reason: "no_agent_reported" });
    expect(body.findings.filter(({ severity }) => severity === "critical")).toHaveLength(1);
  });
  expect(await json(cluster, "/verdict?strict", 503)).toMatchObject({
    reason: "no_agent_reported",
  });
  expect(await textOf(cluster, "/results?format=text")).toMatch(
    /^UNMEASURED since .*none of 3 agents/,
  );
  expect((await ask(cluster, "/report")).status).toBe(503);
  expect((await ask(cluster, "/readyz")).status).toBe(503);
  expect(await verdictSeries(cluster)).toContain('netchecker_verdict{verdict="unmeasured"} 1');
}

/**
 * The tests of one cluster run one after the other. Three clusters run side by side, because they
 * mostly wait.
 */
const IN_TURN = { concurrent: false, timeout: 120_000 };

describe.concurrent("Redis", () => {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster({ nodes: 3, intervalMs: INTERVAL_MS, port: 0 });
  });
  afterAll(() => cluster?.stop());

  it("a read-only replica after a failover, and the primary again", IN_TURN, async () => {
    await isOkAgain(cluster);
    await cluster.redis.becomeReplica();
    await allSayUnmeasured(cluster, "redis_refuses", /read-only replica/);
    await cluster.redis.becomePrimary();
    await isOkAgain(cluster);
  });

  it("full: rounds go on, are served and say that they are not stored", IN_TURN, async () => {
    await cluster.redis.fillUp();
    await until(async () => {
      const body = await json<{ notices: string[] }>(cluster, "/results", 200);
      expect(body).toMatchObject({ verdict: { verdict: "ok" }, round: { stored: false } });
      expect(body.notices.join()).toMatch(/not stored.*Redis is full/);
    });
    await cluster.redis.makeRoom();
    await until(async () =>
      expect(await json(cluster, "/results", 200)).toMatchObject({
        round: { stored: true },
        notices: [],
      }),
    );
    await isOkAgain(cluster);
  });

  it("away", IN_TURN, async () => {
    await cluster.redis.kill();
    await allSayUnmeasured(cluster, "redis_away", /nothing listens/);
    await cluster.redis.start();
    await isOkAgain(cluster);
  });

  it("with another password", IN_TURN, async () => {
    await cluster.redis.changePassword("another-password");
    await allSayUnmeasured(cluster, "redis_refuses", /password/);
    await cluster.redis.changePassword(null);
    await isOkAgain(cluster);
  });

  it("paused: it accepts connections and answers nothing", IN_TURN, async () => {
    cluster.redis.freeze();
    await allSayUnmeasured(cluster, "redis_away", /does not answer/);
    cluster.redis.thaw();
    await isOkAgain(cluster);
  });
});

describe.concurrent("beside Redis", () => {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster({ nodes: 3, intervalMs: INTERVAL_MS, port: 0 });
  });
  afterAll(() => cluster?.stop());

  describe("the lease", { concurrent: false }, () => {
    it(
      "held by another netchecker: this one stands by, and is back when the other one has gone",
      IN_TURN,
      async () => {
        await cluster.foreignLease.take("netchecker-other");
        await until(async () => {
          const body = await json<{ code: string; message: string }>(cluster, "/verdict", 503);
          expect(body).toMatchObject({
            code: "standing_by",
            holder: "netchecker-other",
            verdict: { verdict: "unmeasured", reason: "lease_held" },
          });
        });
        const text = await ask(cluster, "/results?format=text");
        expect(text.status).toBe(503);
        expect(await text.text()).toMatch(/^UNMEASURED since .*netchecker-other/);
        expect(await json(cluster, "/results", 503)).toMatchObject({ code: "standing_by" });
        expect(await json(cluster, "/report", 503)).toMatchObject({ code: "standing_by" });
        expect(await json(cluster, "/readyz", 503)).toMatchObject({
          verdict: { reason: "lease_held" },
        });
        expect(await verdictSeries(cluster)).toEqual([]);
        await cluster.foreignLease.release();
        await isOkAgain(cluster);
      },
    );

    it(
      "held by the netchecker of another cluster, on this Redis by mistake: it says of which, and what to do",
      IN_TURN,
      async () => {
        const beside = { pod: "netchecker-other", cluster: "another-uid", clusterName: "prod-eu" };
        const told = () =>
          cluster.redis.command(
            "SET",
            "netchecker:lease-holder",
            JSON.stringify(beside),
            "PX",
            "9000",
          );
        await cluster.foreignLease.take("netchecker-other");
        await until(async () => {
          await told();
          const { message } = await json<{ message: string }>(cluster, "/verdict", 503);
          expect(message).toContain("netchecker-other of the cluster prod-eu, holds the lease");
          expect(message).toContain("REDIS_PREFIX");
        });
        await cluster.foreignLease.release();
        await isOkAgain(cluster);
      },
    );
  });

  describe("the cluster", { concurrent: false }, () => {
    it("without an agent that reports", IN_TURN, async () => {
      for (const { name } of cluster.nodes) await cluster.break(name, "ping-silent");
      await allSayUnmeasuredWithRound(cluster);
      for (const { name } of cluster.nodes) await cluster.heal(name, "ping-silent");
      await isOkAgain(cluster);
    });

    it("whose list of nodes is empty, though there were some a moment ago", IN_TURN, async () => {
      cluster.deleteNodeObjects();
      await allSayUnmeasured(cluster, "no_nodes", /no node is known/);
    });
  });
});

describe.concurrent("from the start", () => {
  describe("the way to Redis", { concurrent: false }, () => {
    let cluster: LocalCluster;
    beforeAll(async () => {
      cluster = await startLocalCluster({
        nodes: 2,
        intervalMs: INTERVAL_MS,
        port: 0,
        redisLink: true,
      });
    });
    afterAll(() => cluster?.stop());

    it("that loses large packets: small commands are answered", IN_TURN, async () => {
      await isOkAgain(cluster);
      cluster.redisLink.loseLargerThan(700);
      await allSayUnmeasured(cluster, "redis_loses_large", /large/);
      cluster.redisLink.loseLargerThan(null);
      await isOkAgain(cluster);
    });
  });

  describe("the API server", { concurrent: false }, () => {
    let cluster: LocalCluster;
    beforeAll(async () => {
      cluster = await startLocalCluster({
        nodes: 2,
        intervalMs: INTERVAL_MS,
        port: 0,
        apiServerAway: true,
      });
    });
    afterAll(() => cluster?.stop());

    it(
      "that was never there: no round is ever opened, and everything says why",
      IN_TURN,
      async () => {
        await allSayUnmeasured(cluster, "cluster_unseen", /API server was never seen/);
      },
    );
  });
});
