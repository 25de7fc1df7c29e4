import { expect } from "vitest";
import { violations } from "./support/axe.ts";
import { test, WAIT } from "./support/page-test.ts";

const STORY = {
  size: 10,
  phases: [
    { rounds: 2, causes: ["route/pair-both-new-connections-are-dropped"] },
    {
      rounds: 3,
      causes: ["agent-missing/its-ping-has-no-image", "pong/hung-still-listed"],
      leaving: 1,
    },
  ],
};

/**
 * The places to check. All are checked on one page, so that each does not need a browser context.
 */
const PLACES = [
  ["the latest round", ""],
  ["the past", "#/round/2"],
  ["a node", "#/node/node-2"],
  ["a pair", "#/pair/node-1/node-2"],
] as const;

test.for(PLACES)(
  "axe finds nothing in light, in dark and on a phone, and nothing is too wide there: %s",
  async ([, hash], { serve, open }) => {
    const { server, url } = await serve(STORY);
    // The longest word.
    server.trouble = { verdict: { ...server.state.verdict, verdict: "unmeasured" } };
    const { page } = await open(url, { hash });
    await page.locator("main h2").first().waitFor();
    if (hash.startsWith("#/node")) await page.locator(".charts canvas").nth(1).waitFor();
    const folded = page.locator(
      hash.startsWith("#/pair") ? "dialog details:not([open])" : "main details:not([open])",
    );
    while ((await folded.count()) > 0) await folded.first().locator("summary").first().click();
    expect(await violations(page), "in the light").toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await violations(page), "in the dark").toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expect
      .poll(() => page.evaluate(() => document.documentElement.scrollWidth), WAIT)
      .toBe(320);
    expect(await violations(page), "on a phone").toEqual([]);
  },
);

test("axe finds nothing for every verdict", async ({ serve, open }) => {
  const { server, url } = await serve(STORY);
  const { page } = await open(url);
  for (const verdict of ["ok", "degraded", "failing", "unmeasured"] as const) {
    server.trouble = { verdict: { ...server.state.verdict, verdict } };
    server.tell();
    await page.locator(`.first-line.${verdict}`).waitFor();
    await page.locator("main h2").first().waitFor();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violations(page), `${verdict} in the ${colorScheme}`).toEqual([]);
    }
  }
});

test("axe finds nothing in the token form", async ({ serve, open }) => {
  const { server, url } = await serve(STORY);
  server.token = "a-token-of-16-characters";
  const { page } = await open(url);
  await page.getByLabel("API token").waitFor();
  expect(await violations(page)).toEqual([]);
});

test("shows the mesh as a table of nodes and as a table of pairs", async ({ serve, open }) => {
  const { server, url } = await serve(STORY);
  const { page } = await open(url);
  await page.locator("main h2").first().waitFor();
  const { plan } = server.rounds.at(-1)!.round;
  await page.getByText("10 nodes as a table").click();
  const nodes = page.getByRole("region", { name: "Table of nodes" });
  await expect.poll(() => nodes.locator("tbody tr").count(), WAIT).toBe(plan.agents.length);
  await page.getByText("Every pair as a table").click();
  const pairs = page.getByRole("region", { name: "Table of pairs" });
  await expect.poll(() => pairs.locator("td").count(), WAIT).toBe(plan.agents.length ** 2);
  await expect.poll(() => pairs.getByText("failed").count(), WAIT).toBeGreaterThan(0);
  await expect.poll(() => pairs.getByText("not measured").count(), WAIT).toBeGreaterThan(0);
});
