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
/** Three attempts of a second each fit into a round. */
const INTERVAL_MS = 6_000;
/** A finding is an alarm after two rounds; this machine has other work, too. */
const SEEN = { timeout: 60_000 };

/** On one cluster. Two clusters are side by side: they mostly wait. */
const IN_TURN = { concurrent: false, timeout: 180_000 };

/** A cluster for the tests of a suite; each begins when all is well. */
function aCluster(): () => LocalCluster {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster({ nodes: NODES, intervalMs: INTERVAL_MS, port: 0 });
  });
  afterAll(() => cluster?.stop());
  beforeEach(
    ({ expect }) => vi.waitFor(async () => expect(await findings(cluster)).toEqual([]), SEEN),
    90_000,
  );
  return () => cluster;
}

/** Those of the last round that have not recovered. */
async function findings(cluster: LocalCluster): Promise<Finding[]> {
  const results = await cluster.resultsAfter<Results>(0);
  return results.findings.filter(({ state }) => state !== "recovered");
}

/** Breaks a node, and gives what heals it, once. */
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

/** A reload would make this page a new one. */
const remember = (page: Page) => page.evaluate(() => void (document.documentElement.id = "same"));
const isSame = (page: Page) => page.evaluate(() => document.documentElement.id === "same");

/** The finding of a node's pong, as the page has it. */
const deadPong = (page: Page, node: string): Locator =>
  page.locator(".card.warning, .card.critical").filter({ hasText: `${node}: its pong` });

describe.concurrent("faults, and what is asked for", () => {
  const cluster = aCluster();

  test(
    "a fault that is made while the page is open is told in netchecker's words, and drawn, without a reload",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await isOk(page).waitFor();
      await remember(page);
      const heal = await breakNode(cluster(), "node-3", "pong-hung");
      onTestFinished(heal);
      await deadPong(page, "node-3").waitFor(SEEN);
      const [finding] = await findings(cluster());
      expect(finding).toMatchObject({ kind: "pong", nodes: ["node-3"] });
      await expect
        .poll(() => deadPong(page, "node-3").locator(".sentence").textContent(), SEEN)
        .toBe(finding!.summary);
      expect(await violations(page)).toEqual([]);

      // Its own agent, too.
      await page.getByText("Every pair as a table").click();
      const failed = page.getByRole("region", { name: "Table of pairs" }).getByText("failed");
      await expect.poll(() => failed.count(), SEEN).toBe(NODES);

      await page.locator(".sentence").getByRole("link", { name: "node-3", exact: true }).click();
      await page.getByRole("heading", { name: "Not reached by 3 of 3" }).waitFor();
      await page.locator(".charts canvas").nth(1).waitFor();
      expect(await violations(page)).toEqual([]);
      await page.goBack();

      await heal();
      await isOk(page).waitFor(SEEN);
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
      await deadPong(page, "node-2").waitFor(SEEN);
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
      await expect.poll(() => page.getByText("You look at round 1").count(), SEEN).toBe(1);
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
      await expect.poll(() => shownRound(page), SEEN).toBeGreaterThan(before);
      expect(complaints).toEqual([]);
    },
  );
});

describe.concurrent("what is away, or new", () => {
  const cluster = aCluster();

  test(
    "survives netchecker's restart: it says that nobody answers, keeps what it knows, and goes on with the same finding",
    IN_TURN,
    async ({ open, expect, onTestFinished }) => {
      onTestFinished(await breakNode(cluster(), "node-4", "pong-hung"));
      const { page, complaints } = await open(`${cluster().netchecker.url}/`);
      await deadPong(page, "node-4").waitFor(SEEN);
      await page.locator(".how.live").waitFor();
      await remember(page);
      const since = await onset(deadPong(page, "node-4"));
      const last = await shownRound(page);
      expect(complaints).toEqual([]);

      await cluster().netchecker.kill("SIGKILL");
      await page
        .locator(".first-line.unmeasured", { hasText: "netchecker has not answered for" })
        .waitFor(SEEN);
      await expect.poll(() => deadPong(page, "node-4").count(), SEEN).toBe(1);
      await expect.poll(() => page.locator(".check-now").isDisabled(), SEEN).toBe(true);
      await cluster().netchecker.start();

      await page.locator(".how.live").waitFor(SEEN);
      await expect.poll(() => shownRound(page), SEEN).toBeGreaterThan(last);
      await expect.poll(() => page.getByText(/netchecker has not answered/).count(), SEEN).toBe(0);
      expect(await onset(deadPong(page, "node-4"))).toBe(since);
      expect(await isSame(page)).toBe(true);
      // Chromium itself reports each request that nobody took; no other word was said.
      expect(
        complaints.filter((said) => !said.startsWith("Failed to load resource: net::")),
      ).toEqual([]);
    },
  );

  test(
    "of a new installation it says that the first round is yet to come, and shows it when it has",
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
      await page.locator("main h2").first().waitFor(SEEN);
      await expect.poll(() => shownRound(page), SEEN).toBe(1);
      expect(complaints.filter((said) => !said.includes("503"))).toEqual([]);
    },
  );

  test("says that Redis is away, and that it is back", IN_TURN, async ({ open, expect }) => {
    const { page, complaints } = await open(`${cluster().netchecker.url}/`);
    await isOk(page).waitFor();
    process.kill(cluster().redis.pid!, "SIGSTOP");
    try {
      await page.getByText(/Redis has not answered for/).waitFor(SEEN);
      await page.locator(".first-line.unmeasured", { hasText: "Redis" }).waitFor(SEEN);
    } finally {
      process.kill(cluster().redis.pid!, "SIGCONT");
    }
    await expect.poll(() => page.getByText(/Redis has not answered/).count(), SEEN).toBe(0);
    await isOk(page).waitFor(SEEN);
    expect(complaints).toEqual([]);
  });
});

/** What Redis holds is gone. */
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
