import { expect } from "vitest";
import { test, WAIT } from "./support/page-test.ts";

const HUNG = "pong/hung-still-listed";
const BROKEN = {
  size: 6,
  phases: [
    { rounds: 4, causes: [] },
    { rounds: 4, causes: [HUNG] },
  ],
};
const HEALTHY = { size: 6, phases: [{ rounds: 3, causes: [] }] };

test("says first what is broken: the API's sentence, since when, the evidence, the commands to run", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(BROKEN);
  const { page, complaints } = await open(url);
  const [first] = server.rounds.at(-1)!.round.findings;
  const card = page.locator(".card").first();
  await card.waitFor();
  await expect.poll(() => card.locator(".sentence").textContent(), WAIT).toBe(first!.summary);
  await expect
    .poll(() => card.locator(".since").textContent(), WAIT)
    .toMatch(/^since round 5, [34] min ago/);
  const { explains, ofFailures } = first!.evidence;
  await expect
    .poll(() => card.locator(".evidence").textContent(), WAIT)
    .toContain(`explains ${explains} of ${ofFailures} failures`);
  await expect.poll(() => card.locator("code").first().textContent(), WAIT).toBe(first!.next[0]);
  await expect.poll(() => page.title(), WAIT).toBe("failing – netChecker");
  expect(complaints).toEqual([]);
});

test("says clearly that all is ok, and what was measured", async ({ serve, open }) => {
  const { server, url } = await serve(HEALTHY);
  const { page } = await open(url);
  await page.locator(".first-line.ok").waitFor();
  const { summary } = server.rounds.at(-1)!.round;
  await expect.poll(() => page.locator("h1").textContent(), WAIT).toBe("OK");
  const text = await page.locator(".measured").textContent();
  expect(text).toContain("6 of 6 agents reported");
  expect(text).toContain(`all ${summary.pod.total} ok`);
});

test("folds notes that are no alarm while all is ok", async ({ serve, open }) => {
  const { server, url } = await serve({
    size: 6,
    phases: [{ rounds: 2, causes: ["prober-starved/throttled"] }],
  });
  const { findings } = server.rounds.at(-1)!.round;
  expect(findings.map(({ kind, evidence }) => [kind, evidence.explains])).toEqual([
    ["prober-starved", 0],
  ]);
  const { page } = await open(url);
  await page.locator(".first-line.ok").waitFor();
  const card = page.locator(".card");
  await expect.poll(() => card.isVisible(), WAIT).toBe(false);
  await page.getByText("1 note, no alarm").click();
  await expect.poll(() => card.locator(".sentence").textContent(), WAIT).toContain("latencies are");
});

test("never says ok when an agent is missing, and says why it is", async ({ serve, open }) => {
  const { url } = await serve({
    size: 6,
    phases: [{ rounds: 1, causes: ["agent-missing/its-ping-has-no-image"] }],
  });
  const { page } = await open(url);
  await page.locator(".missing").waitFor();
  await expect.poll(() => page.locator("h1").textContent(), WAIT).not.toBe("OK");
  await expect
    .poll(() => page.locator(".missing").textContent(), WAIT)
    .toContain("ImagePullBackOff");
  await expect.poll(() => page.locator(".by-type").textContent(), WAIT).toContain("not measured");
});

test("shows a new fault without a reload, and screen readers read it aloud", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve({ ...BROKEN, held: 4 });
  const { page, complaints } = await open(url);
  await page.locator(".first-line.ok").waitFor();
  for (let round = 0; round < 3; round += 1) {
    server.openRound();
    await page.getByRole("button", { name: /^Progress of the open round|Round \d+/ }).waitFor();
    server.closeRound();
    await page.getByRole("button", { name: "Check now" }).waitFor();
  }
  await page.locator(".card.warning, .card.critical").first().waitFor();
  await expect.poll(() => page.locator(".age").textContent(), WAIT).toContain("Round 7");
  await expect.poll(() => page.locator(".strip svg > rect:not(.shown)").count(), WAIT).toBe(7);
  expect(complaints).toEqual([]);
});

test("checks now: the button opens a round, and is disabled while one is open", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve({ ...HEALTHY, held: 1 });
  const { page } = await open(url);
  await page.getByRole("button", { name: "Check now" }).click();
  const button = page.locator(".check-now");
  await page.locator(".check-now progress").waitFor();
  await expect.poll(() => button.isDisabled(), WAIT).toBe(true);
  await expect.poll(() => button.textContent(), WAIT).toMatch(/^Round 3, \d+ s$/);
  server.closeRound();
  await page.getByRole("button", { name: "Check now" }).waitFor();
  await expect.poll(() => button.isEnabled(), WAIT).toBe(true);
});

test("says in netchecker's words why no round could be opened", async ({ serve, open }) => {
  const { server, url } = await serve({ ...HEALTHY, held: 1 });
  const { page } = await open(url);
  await page.locator(".first-line.ok").waitFor();
  // Another client opened a round, and the page has not heard of it yet.
  server.trouble = { open: null };
  server.openRound();
  await page.getByRole("button", { name: "Check now" }).click();
  await expect
    .poll(() => page.getByRole("alert").textContent(), WAIT)
    .toBe("Round 3 is open. Try again later.");
});

test("goes back to a past round by a click and by keys, says so, and comes back to now", async ({
  serve,
  open,
}) => {
  const { url } = await serve(BROKEN);
  const { page, complaints } = await open(url);
  const strip = page.getByRole("slider", { name: "Round that is shown" });
  await page.locator(".card").first().waitFor();
  const box = (await strip.boundingBox())!;
  await strip.click({ position: { x: box.width - 7 * 14 - 5, y: 10 } });
  await page.getByText("You look at round 1").waitFor();
  await page.locator(".first-line.ok").waitFor();
  await page.waitForURL(({ hash }) => hash.startsWith("#/round/1"));
  await strip.press("ArrowRight");
  await page.getByText("You look at round 2").waitFor();
  await expect.poll(() => strip.getAttribute("aria-valuetext"), WAIT).toMatch(/^Round 2, .*: ok$/);
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.locator(".card").first().waitFor();
  await expect.poll(() => page.getByText("You look at").count(), WAIT).toBe(0);
  expect(complaints).toEqual([]);
});

test("says that a round is no longer kept", async ({ serve, open }) => {
  const { url } = await serve(HEALTHY);
  const { page } = await open(url, { hash: "#/round/77" });
  await page.getByText("There is no round 77, or it is no longer kept").waitFor();
  await page.getByRole("link", { name: "Back to now" }).click();
  await page.locator(".first-line.ok").waitFor();
});

test("a node's page shows what it reaches, who reaches it, and its history", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(BROKEN);
  const [finding] = server.rounds.at(-1)!.round.findings;
  const { page, complaints } = await open(url);
  const node = finding!.nodes[0]!;
  await page.locator(".sentence").getByRole("link", { name: node, exact: true }).first().click();
  await page.getByRole("heading", { level: 1, name: node }).waitFor();
  await page.getByRole("heading", { name: /Not reached by 5 of 5/ }).waitFor();
  await page.locator(".charts canvas").nth(1).waitFor();
  const chart = page.getByRole("img", { name: /Failed, %/ });
  await expect
    .poll(() => chart.getAttribute("aria-label"), WAIT)
    .toMatch(/into it [1-9]\d*(\.\d+)? % now/);
  expect(complaints).toEqual([]);
});

test("works behind a path prefix", async ({ serve, open }) => {
  const { url } = await serve({ ...BROKEN, prefix: "/team/netchecker/" });
  const { page, complaints } = await open(url, { hash: "#/node/node-1" });
  await page.getByRole("heading", { level: 1, name: "node-1" }).waitFor();
  await page.locator(".charts canvas").first().waitFor();
  expect(complaints).toEqual([]);
});
