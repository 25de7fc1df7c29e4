import { expect } from "vitest";
import { test, WAIT } from "./support/page-test.ts";

const HEALTHY = { size: 5, phases: [{ rounds: 3, causes: [] }] };

test("says how old the round is, by netchecker's clock, and that it is live", async ({
  serve,
  open,
}) => {
  // The simulator's clock is years away from this machine's clock.
  const { url } = await serve(HEALTHY);
  const { page } = await open(url);
  await page.locator(".how.live").waitFor();
  // The age at which the round was served, and the seconds since then.
  await expect
    .poll(() => page.locator(".age").textContent(), WAIT)
    .toMatch(/^Round 3, (3[7-9]|[4-9]\d) s agolive$/);
});

test("polls if no events arrive, and says so", async ({ serve, open }) => {
  const { server, url } = await serve({ ...HEALTHY, held: 1 });
  server.eventsWork = false;
  const { page } = await open(url);
  await page.getByText("asking every 5 s").waitFor();
  server.closeRound();
  await page.locator(".age").getByText("Round 3").waitFor();
});

test("is live again after the events were interrupted", async ({ serve, open }) => {
  const { server, url } = await serve({ ...HEALTHY, held: 1 });
  const { page } = await open(url);
  await page.locator(".how.live").waitFor();
  server.cutEvents();
  await page.locator(".how.polling").waitFor();
  await page.locator(".how.live").waitFor();
  server.closeRound();
  await page.locator(".age").getByText("Round 3").waitFor();
});

test("if netchecker does not answer, the first line does not stay ok, and the last data is shown as old", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(HEALTHY);
  const { page } = await open(url);
  const line = page.locator(".first-line");
  await page.locator(".first-line.ok").waitFor();
  await server.close();
  await page.locator(".first-line.unmeasured").waitFor();
  await expect.poll(() => page.locator("h1").textContent(), WAIT).toBe("Not known");
  await expect
    .poll(() => line.locator(".says").textContent(), WAIT)
    .toMatch(/^netchecker has not answered for \d+ s: /);
  await expect
    .poll(() => line.locator(".before").textContent(), WAIT)
    .toMatch(/^Last known, \d+ s ago: ok: /);
  await expect.poll(() => page.title(), WAIT).toBe("not known – netChecker");
  await page.getByText(/Shown below: round 3, which closed \d+ s ago; it says nothing/).waitFor();
  await expect.poll(() => page.locator(".check-now").isDisabled(), WAIT).toBe(true);
  await server.listen(Number(new URL(url).port));
  await page.locator(".how.live").waitFor();
  await page.locator(".first-line.ok").waitFor();
  await expect.poll(() => page.getByText("Shown below").count(), WAIT).toBe(0);
});

test("says that Redis or the API server is away if the verdict does not say it", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(HEALTHY);
  const { page } = await open(url);
  await page.locator(".how.live").waitFor();
  const ago = (ms: number) => new Date(Date.parse(server.state.now) - ms).toISOString();
  server.trouble = {
    redisAwaySince: ago(200_000),
    clusterViewStaleSince: ago(400_000),
  };
  server.tell();
  await page.getByText("Redis has not answered for 3 min").waitFor();
  await page.getByText("The API server has not answered for 6 min").waitFor();
  server.trouble = {
    ...server.trouble,
    verdict: {
      verdict: "unmeasured",
      sentence: "no round has closed for 3 min: Redis is away.",
      since: ago(200_000),
      reason: "redis_away",
    },
  };
  server.tell();
  await page.locator(".first-line.unmeasured").waitFor();
  await expect.poll(() => page.locator(".notice").count(), WAIT).toBe(1);
});

test("asks for the token, keeps it only in the tab, and asks again if it is wrong", async ({
  serve,
  open,
}) => {
  const { server, url } = await serve(HEALTHY);
  server.token = "a-token-of-16-characters";
  const { page } = await open(url);
  const field = page.getByLabel("API token");
  await field.fill("wrong");
  await page.getByRole("button", { name: "Show the page" }).click();
  await field.waitFor();
  await page.getByText("It was refused").waitFor();
  await field.fill(server.token);
  await page.getByRole("button", { name: "Show the page" }).click();
  await page.locator(".first-line.ok").waitFor();
  await page.locator(".how.live").waitFor();
  const kept = await page.evaluate(() => [
    Object.values(sessionStorage).includes("a-token-of-16-characters"),
    Object.values(localStorage).includes("a-token-of-16-characters"),
  ]);
  expect(kept).toEqual([true, false]);
  await page.reload();
  await page.locator(".first-line.ok").waitFor();
});
