import type { Verdict } from "@netchecker/contract";
import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { FixtureServer } from "./support/fixture-server.ts";
import { test, WAIT } from "./support/page-test.ts";

const STORY = {
  size: 5,
  phases: [
    { rounds: 2, causes: [], older: true },
    { rounds: 2, causes: [], silent: true },
    { rounds: 2, causes: [] },
  ],
};

const ago = (server: FixtureServer, ms: number) =>
  new Date(Date.parse(server.state.now) - ms).toISOString();

/** From now on netchecker gives this verdict. */
function judge(server: FixtureServer, with_: Pick<Verdict, "verdict"> & Partial<Verdict>): void {
  const verdict = {
    sentence: "node-3 is down.",
    since: ago(server, 720_000),
    reason: null,
    ...with_,
  };
  server.trouble = { verdict };
  server.tell();
}

const word = (page: Page) => page.locator("h1").first().textContent();
const colourOf = (page: Page, selector: string) =>
  page.locator(selector).evaluate((element) => getComputedStyle(element).backgroundColor);

test.for([
  ["ok", "OK"],
  ["degraded", "Degraded"],
  ["failing", "Failing"],
  ["unmeasured", "Unmeasured"],
] as const)(
  "the first line is netchecker's verdict: %s",
  async ([verdict, said], { serve, open }) => {
    const { server, url } = await serve(STORY);
    judge(server, { verdict });
    const { page, complaints } = await open(url);
    await page.locator(`.first-line.${verdict}`).waitFor();
    expect(await word(page)).toBe(said);
    await expect.poll(() => page.locator(".says").textContent(), WAIT).toBe("node-3 is down.");
    await expect.poll(() => page.locator(".lasts").textContent(), WAIT).toBe("for 12 min");
    await expect.poll(() => page.title(), WAIT).toBe(`${verdict} – netChecker`);
    const icon = await page.locator("link[rel=icon]").getAttribute("href");
    expect(icon).toMatch(/^data:image\/svg\+xml,/);
    // Above everything except the bar with the name: the timeline and the mesh come after it.
    const top = async (selector: string) => (await page.locator(selector).boundingBox())!.y;
    expect(await top(".first-line")).toBeLessThan(await top(".timeline"));
    expect(complaints).toEqual([]);
  },
);

test("its age ticks", async ({ serve, open }) => {
  const { server, url } = await serve(STORY);
  judge(server, { verdict: "failing", since: ago(server, 3_000) });
  const { page } = await open(url);
  const lasts = async () =>
    Number(/for (\d+) s/.exec((await page.locator(".lasts").textContent())!)?.[1]);
  const first = await lasts();
  await expect.poll(lasts, WAIT).toBeGreaterThan(first);
});

test("an event turns it from ok to unmeasured: it looks as urgent as failing, the round below is subdued, its findings are not", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve({
    size: 6,
    phases: [{ rounds: 3, causes: ["pong/hung-still-listed"] }],
  });
  judge(server, { verdict: "ok", sentence: "all checks ok." });
  const { page, complaints } = await open(url);
  await page.locator(".first-line.ok").waitFor();
  await page.locator(".card").first().waitFor();
  const card = await colourOf(page, ".card >> nth=0");
  const map = page.locator(".heat-map canvas").first();
  const filter = () => map.evaluate((element) => getComputedStyle(element).filter);
  await expect.poll(filter, WAIT).toBe("none");
  judge(server, { verdict: "unmeasured", sentence: "Redis is away.", reason: "redis_away" });
  await page.locator(".first-line.unmeasured").waitFor();
  await page
    .getByText(/^Shown below: round 3, which closed .* ago; it says nothing of now\.$/)
    .waitFor();
  await expect.poll(filter, WAIT).toBe("grayscale(1)");
  expect(await colourOf(page, ".card >> nth=0")).toBe(card);
  const size = () => page.locator("h1").evaluate((element) => getComputedStyle(element).fontSize);
  const unmeasured = await size();
  judge(server, { verdict: "failing" });
  await page.locator(".first-line.failing").waitFor();
  expect(await size()).toBe(unmeasured);
  await expect.poll(filter, WAIT).toBe("none");
  expect(complaints).toEqual([]);
});

test("for a past round it is that round's own verdict, and the verdict of now is beside it", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(STORY);
  judge(server, { verdict: "failing" });
  const { page, complaints } = await open(url, { hash: "#/round/4" });
  await page.locator(".first-line.unmeasured").waitFor();
  await expect
    .poll(() => page.locator(".first-line .of").textContent(), WAIT)
    .toBe("Round 4, as of its close");
  await expect
    .poll(() => page.locator(".says").textContent(), WAIT)
    .toContain("none of 5 agents reported.");
  await expect
    .poll(() => page.locator(".notice.past").textContent(), WAIT)
    .toContain("Now it is failing.");
  await expect.poll(() => page.title(), WAIT).toBe("round 4: unmeasured – netChecker");
  await page.getByRole("slider").press("ArrowRight");
  await page.locator(".first-line.ok").waitFor();
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.locator(".first-line.failing").waitFor();
  expect(complaints).toEqual([]);
});

test("for a round of an older version it claims nothing, and says the round's counts and findings", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(STORY);
  const { summary } = server.rounds[1]!.round;
  const total = Object.values(summary).reduce((sum, counts) => sum + counts.total, 0);
  const { page } = await open(url, { hash: "#/round/2" });
  await page.locator(".first-line", { hasText: "An older version stored this round" }).waitFor();
  await expect.poll(() => page.locator(".first-line.neutral").count(), WAIT).toBe(1);
  await expect
    .poll(() => page.locator(".says").textContent(), WAIT)
    .toContain(`${total} of ${total} checks ok; 5 of 5 agents reported; no alarm.`);
});

test("before the first round it says so, and then it shows that round by itself", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(STORY);
  server.isNew = true;
  const { page } = await open(url);
  await page
    .locator(".first-line.unmeasured", { hasText: "The first round is yet to close." })
    .waitFor();
  await page.getByText("There is no round to show yet").waitFor();
  server.isNew = false;
  server.tell();
  await page.locator(".first-line.ok").waitFor();
  await page.locator(".measured").waitFor();
});

test("says that this netchecker stands by and who runs the rounds, and shows the rounds once it runs them itself", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(STORY);
  server.standsByFor = "netchecker-b";
  const { page } = await open(url);
  await page
    .locator(".first-line.unmeasured", { hasText: "netchecker-b runs the rounds" })
    .waitFor();
  expect(await word(page)).toBe("Not known");
  await page.locator(".how.standing-by").waitFor();
  server.standsByFor = null;
  await page.locator(".first-line.ok").waitFor();
  await page.locator(".how.live").waitFor();
  await page.locator(".measured").waitFor();
  // The netchecker hands over. The page keeps what it shows, but marks it as old.
  server.standsByFor = "netchecker-c";
  server.cutEvents();
  await page
    .locator(".first-line.unmeasured", { hasText: "netchecker-c runs the rounds" })
    .waitFor();
  await page.locator(".before", { hasText: "Last known" }).waitFor();
  await expect.poll(() => page.locator(".measured").count(), WAIT).toBe(1);
  await page.getByText(/it says nothing of now/).waitFor();
});

test("bars have the look of their round's verdict, and the legend and a line of text explain it", async ({
  serve,
  open,
}) => {
  const { url } = await serve(STORY);
  const { page } = await open(url);
  const strip = page.getByRole("slider");
  await page.locator(".strip rect.unmeasured").first().waitFor();
  await expect.poll(() => page.locator(".strip rect.unmeasured").count(), WAIT).toBe(2);
  await expect
    .poll(() => page.locator(".keys").textContent(), WAIT)
    .toBe("okdegradedfailingunmeasured");
  const box = (await strip.boundingBox())!;
  await strip.hover({ position: { x: box.width - 2 * 14 - 5, y: 10 } });
  await expect
    .poll(() => page.locator(".told").textContent(), WAIT)
    .toMatch(/^Round 4, .*: unmeasured, /);
});
