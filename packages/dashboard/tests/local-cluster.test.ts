import type { Finding } from "@netchecker/contract";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { Redis } from "ioredis";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, vi } from "vitest";
import type { BreakKind } from "@netchecker/testbed/loopback/breaks";
import { violations } from "./support/axe.ts";
import { test } from "./support/page-test.ts";

interface Results {
  readonly round: { readonly id: number };
  readonly findings: readonly Finding[];
}

const NODES = 4;
/** Three attempts of one second each fit into a round. */
const INTERVAL_MS = 6_000;
/** A finding becomes an alarm after two rounds, and the machine may be busy. */
const FINDING_WAIT = { timeout: 60_000 };

/**
 * The tests of one cluster run one after the other. Two clusters run side by side, because they
 * mostly wait.
 */
const IN_TURN = { concurrent: false, timeout: 180_000 };

/** A cluster for the tests of a suite. Each test begins when everything is ok. */
function aCluster(): () => LocalCluster {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster({ nodes: NODES, intervalMs: INTERVAL_MS, port: 0 });
  });
  afterAll(() => cluster?.stop());
  beforeEach(
    ({ expect }) =>
      vi.waitFor(async () => expect(await findings(cluster)).toEqual([]), FINDING_WAIT),
    90_000,
  );
  return () => cluster;
}

/** The findings of the last round that have not recovered. */
async function findings(cluster: LocalCluster): Promise<Finding[]> {
  const results = await cluster.resultsAfter<Results>(0);
  return results.findings.filter(({ state }) => state !== "recovered");
}

/** Breaks a node. Returns a function that heals it once. */
async function breakNode(
  cluster: LocalCluster,
  node: string,
  kind: BreakKind,
): Promise<() => Promise<void>> {
  let broken = true;
  await cluster.break(node, kind);
  return async () => {
    if (broken) await cluster.heal(node, kind);
    broken = false;
  };
}

const isOk = (page: Page) => page.locator(".first-line.ok");

/** Marks the page. A reload would remove the mark. */
const remember = (page: Page) => page.evaluate(() => void (document.documentElement.id = "same"));
const isSame = (page: Page) => page.evaluate(() => document.documentElement.id === "same");

/** The page's card for the finding about a node's pong. */
const deadPong = (page: Page, node: string): Locator =>
  page.locator(".card.warning, .card.critical").filter({ hasText: `${node}: its pong` });

describe.concurrent("faults, and what the reader asks for", () => {
  const cluster = aCluster();

  test(
    "shows a new fault in netchecker's words and in the map, without a reload",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await isOk(page).waitFor();
      await remember(page);
      const heal = await breakNode(cluster(), "node-3", "pong-hung");
      onTestFinished(heal);
      await deadPong(page, "node-3").waitFor(FINDING_WAIT);
      const [finding] = await findings(cluster());
      expect(finding).toMatchObject({ kind: "pong", nodes: ["node-3"] });
      await expect
        .poll(() => deadPong(page, "node-3").locator(".sentence").textContent(), FINDING_WAIT)
        .toBe(finding!.summary);
      expect(await violations(page)).toEqual([]);

      // Its own agent fails too.
      await page.getByText("Every pair as a table").click();
      const failed = page.getByRole("region", { name: "Table of pairs" }).getByText("failed");
      await expect.poll(() => failed.count(), FINDING_WAIT).toBe(NODES);

      await page.locator(".sentence").getByRole("link", { name: "node-3", exact: true }).click();
      await page.getByRole("heading", { name: "Not reached by 3 of 3" }).waitFor();
      await page.locator(".charts canvas").nth(1).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.goBack();

      await heal();
      await isOk(page).waitFor(FINDING_WAIT);
      expect(await isSame(page)).toBe(true);
      expect(complaints).toEqual([]);
    },
  );

  test(
    "goes back to the rounds before a fault, and comes back to now",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      onTestFinished(await breakNode(cluster(), "node-2", "pong-down"));
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await deadPong(page, "node-2").waitFor(FINDING_WAIT);
      const first = page.locator(".strip svg > rect:not(.shown)").first();
      await first.click({ force: true });
      await page.getByText("You look at round 1").waitFor();
      await isOk(page).waitFor();
      // The page stays there while rounds go on.
      const { round } = await cluster().resultsAfter<Results>(0);
      await cluster().resultsAfter(round.id);
      await page
        .getByText(/Round \d+, /)
        .first()
        .waitFor();
      await expect.poll(() => page.getByText("You look at round 1").count(), FINDING_WAIT).toBe(1);
      await page.getByRole("link", { name: "Back to now" }).click();
      await deadPong(page, "node-2").waitFor();
      expect(complaints).toEqual([]);
    },
  );

  test(
    "checks now: the button opens a real round, and its result comes by itself",
    IN_TURN,
    async ({ open, expect }) => {
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await isOk(page).waitFor();
      const before = await shownRound(page);
      await page.getByRole("button", { name: "Check now" }).click();
      await expect.poll(() => shownRound(page), FINDING_WAIT).toBeGreaterThan(before);
      expect(complaints).toEqual([]);
    },
  );
});

describe.concurrent("parts that are away or new", () => {
  const cluster = aCluster();

  test(
    "survives a restart of netchecker: it says that nobody answers, keeps its data, and continues with the same finding",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      onTestFinished(await breakNode(cluster(), "node-4", "pong-hung"));
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await deadPong(page, "node-4").waitFor(FINDING_WAIT);
      await page.locator(".how.live").waitFor();
      await remember(page);
      const since = await onset(deadPong(page, "node-4"));
      const last = await shownRound(page);
      expect(complaints).toEqual([]);

      await cluster().netchecker.kill("SIGKILL");
      await page
        .locator(".first-line.unmeasured", { hasText: "netchecker has not answered for" })
        .waitFor(FINDING_WAIT);
      await expect.poll(() => deadPong(page, "node-4").count(), FINDING_WAIT).toBe(1);
      await expect.poll(() => page.locator(".check-now").isDisabled(), FINDING_WAIT).toBe(true);
      await cluster().netchecker.start();

      await page.locator(".how.live").waitFor(FINDING_WAIT);
      await expect.poll(() => shownRound(page), FINDING_WAIT).toBeGreaterThan(last);
      await expect
        .poll(() => page.getByText(/netchecker has not answered/).count(), FINDING_WAIT)
        .toBe(0);
      expect(await onset(deadPong(page, "node-4"))).toBe(since);
      expect(await isSame(page)).toBe(true);
      // Chromium itself reports each request that nobody answered. There must be no other message.
      expect(
        complaints.filter((said) => !said.startsWith("Failed to load resource: net::")),
      ).toEqual([]);
    },
  );

  test(
    "says in a new installation that the first round is still to come, and then shows it",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      // A silent agent keeps a round open until its timer fires.
      onTestFinished(await breakNode(cluster(), "node-1", "ping-silent"));
      await cluster().netchecker.kill("SIGKILL");
      await forgetAll(cluster());
      await cluster().netchecker.start();
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await page.locator(".first-line.unmeasured").waitFor();
      await page.locator(".first-line .says", { hasText: "first round" }).waitFor();
      await page.locator("main h2").first().waitFor(FINDING_WAIT);
      await expect.poll(() => shownRound(page), FINDING_WAIT).toBe(1);
      expect(complaints.filter((said) => !said.includes("503"))).toEqual([]);
    },
  );

  test("says that Redis is away, and that it is back", IN_TURN, async ({ open, expect }) => {
    const { page, complaints } = await open(`${cluster().netchecker.url}/`);
    await isOk(page).waitFor();
    process.kill(cluster().redis.pid!, "SIGSTOP");
    try {
      await page.getByText(/Redis has not answered for/).waitFor(FINDING_WAIT);
      await page.locator(".first-line.unmeasured", { hasText: "Redis" }).waitFor(FINDING_WAIT);
    } finally {
      process.kill(cluster().redis.pid!, "SIGCONT");
    }
    await expect.poll(() => page.getByText(/Redis has not answered/).count(), FINDING_WAIT).toBe(0);
    await isOk(page).waitFor(FINDING_WAIT);
    expect(complaints).toEqual([]);
  });
});

/** Deletes everything in Redis. */
async function forgetAll(cluster: LocalCluster): Promise<void> {
  const redis = new Redis(cluster.redis.address);
  await redis.flushall();
  redis.disconnect();
}

/** `Round 42, 37 s ago` → 42 */
async function shownRound(page: Page): Promise<number> {
  return Number(/Round (\d+)/.exec((await page.locator(".age").textContent())!)![1]);
}

/** `since round 5, 3 min ago` → `since round 5` */
async function onset(card: Locator): Promise<string> {
  return /since round \d+/.exec((await card.locator(".since").textContent())!)![0];
}
