import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "@netchecker/testbed/programs/launch-chromium";
import type { UnmeasuredReason } from "@netchecker/contract";
import type { Browser, Page } from "playwright-core";
import { FixtureServer } from "../tests/support/fixture-server.ts";
import { STORIES, type Story } from "../tests/support/stories.ts";

const OUTPUT_FOLDER = join(import.meta.dirname, "../screenshots");

interface Shot {
  readonly story: Story;
  readonly name: string;
  readonly hash?: string;
  readonly dark?: boolean;
  readonly size?: readonly [width: number, height: number];
  readonly whole?: boolean;
  /** Changes netchecker's state before the page is opened. */
  readonly prepare?: (server: FixtureServer) => void;
  readonly act?: (page: Page, server: FixtureServer) => Promise<void>;
}

const WALL = [1920, 1080] as const;
const DESK = [1440, 900] as const;
const PHONE = [390, 844] as const;
const SMALL_PHONE = [320, 640] as const;

const chooseView = (name: string) => async (page: Page) => {
  await page.getByRole("group", { name: "View" }).getByRole("button", { name }).click();
  await page.waitForTimeout(600);
};

/** There was no round for 12 minutes, and netchecker says why. */
const unmeasured = (reason: UnmeasuredReason, sentence: string) => (server: FixtureServer) => {
  server.ageMs = 12 * 60_000;
  const since = new Date(Date.parse(server.state.now) - 9 * 60_000).toISOString();
  server.trouble = { verdict: { verdict: "unmeasured", sentence, since, reason } };
};

const redisRefuses = unmeasured(
  "redis_refuses",
  "no round has closed for 12 min: Redis refuses what netchecker writes, it is a read-only replica (READONLY). Look which one is the primary, and whether the service leads to it.",
);

const STATES = [
  ["ok", "healthy6", "healthy200"],
  ["degraded", "degraded6", "degraded200"],
  ["failing", "broken6", "broken200"],
  ["unmeasured", "turning6", "broken200", redisRefuses],
] as const;

/** Each verdict, for a small and a large cluster, light and dark, on a desktop and on a phone. */
const VERDICT_SHOTS = STATES.flatMap(([state, small, large, prepare]) =>
  [small, large].flatMap((story) =>
    [false, true].flatMap((dark) =>
      [DESK, PHONE].map((size): Shot => ({
        story,
        name: `verdict-${state}${size === PHONE ? "-phone" : ""}${dark ? "-dark" : ""}`,
        dark,
        size,
        ...(prepare && { prepare }),
      })),
    ),
  ),
);

const SHOTS: readonly Shot[] = [
  ...VERDICT_SHOTS,
  { story: "turning6", name: "now" },
  { story: "turning6", name: "past-unmeasured", hash: "#/round/77" },
  { story: "turning6", name: "past-older", hash: "#/round/33" },
  { story: "turning6", name: "past-ok-small-phone", hash: "#/round/60", size: SMALL_PHONE },
  { story: "turning6", name: "unmeasured-small-phone", size: SMALL_PHONE, prepare: redisRefuses },
  { story: "turning6", name: "unmeasured-whole", whole: true, prepare: redisRefuses },
  {
    story: "turning6",
    name: "unmeasured-phone-whole",
    whole: true,
    size: PHONE,
    prepare: redisRefuses,
  },
  {
    story: "turning6",
    name: "unmeasured-node",
    hash: "#/node/node-2",
    whole: true,
    prepare: redisRefuses,
  },
  {
    story: "turning6",
    name: "first-round",
    prepare: (server) => (server.isNew = true),
  },
  {
    story: "turning6",
    name: "standing-by",
    prepare: (server) => (server.standsByFor = "netchecker-7c9d8-x2v4q"),
  },
  {
    story: "healthy6",
    name: "lost",
    act: async (page, server) => {
      await server.close();
      await page.getByText("Not known").first().waitFor();
      await page.waitForTimeout(1_500);
    },
  },
  { story: "healthy6", name: "light" },
  { story: "healthy6", name: "phone", size: PHONE, whole: true },
  { story: "broken6", name: "light" },
  { story: "broken6", name: "dark", dark: true },
  { story: "broken6", name: "whole", whole: true },
  { story: "broken6", name: "phone", size: PHONE, whole: true },
  { story: "broken6", name: "small-phone-dark", size: SMALL_PHONE, whole: true, dark: true },
  { story: "broken6", name: "past", hash: "#/round/103" },
  { story: "broken6", name: "pair", hash: "#/pair/node-1/node-2" },
  { story: "broken6", name: "node", hash: "#/node/node-2", whole: true },
  { story: "broken6", name: "node-phone", hash: "#/node/node-2", whole: true, size: PHONE },
  {
    story: "broken6",
    name: "troubled",
    act: async (page, server) => {
      server.trouble = {
        redisAwaySince: new Date(Date.parse(server.state.now) - 200_000).toISOString(),
        clusterViewStaleSince: new Date(Date.parse(server.state.now) - 400_000).toISOString(),
      };
      server.tell();
      await page.getByRole("button", { name: "Check now" }).click();
      await page.waitForTimeout(2_500);
    },
  },
  { story: "healthy200", name: "light" },
  { story: "broken200", name: "light" },
  { story: "broken200", name: "dark-wall", dark: true, size: WALL },
  { story: "broken200", name: "latency", act: chooseView("Latency") },
  { story: "broken200", name: "attempts-dark", dark: true, act: chooseView("Attempts") },
  { story: "broken200", name: "phone", size: PHONE, whole: true },
  {
    story: "broken200",
    name: "zoomed",
    act: async (page) => {
      const map = page.getByRole("application");
      const box = (await map.boundingBox())!;
      await page.mouse.move(box.x + box.width * 0.55, box.y + box.height * 0.5);
      for (let turn = 0; turn < 8; turn += 1) await page.mouse.wheel(0, -100);
      await page.mouse.move(box.x + box.width * 0.5, box.y + box.height * 0.55);
      await page.waitForTimeout(200);
    },
  },
  { story: "broken1000", name: "light", size: WALL },
  { story: "broken1000", name: "dark", size: WALL, dark: true },
  { story: "broken1000", name: "latency", size: WALL, act: chooseView("Latency") },
];

/** Takes all shots, or those whose story and name contain one of the words in `named`. */
async function takeAll(named: readonly string[]): Promise<void> {
  await mkdir(OUTPUT_FOLDER, { recursive: true });
  const browser = await launchChromium();
  try {
    const chosen = SHOTS.filter(
      ({ story, name }) =>
        named.length === 0 || named.some((each) => `${story}-${name}`.includes(each)),
    );
    for (const [story, shots] of Map.groupBy(chosen, (shot) => shot.story)) {
      const { size, phases } = STORIES[story];
      const server = new FixtureServer(size, phases);
      for (const shot of shots) {
        const url = await server.listen();
        await take(browser, server, url, shot);
        await server.close();
      }
    }
  } finally {
    await browser.close();
  }
}

async function take(
  browser: Browser,
  server: FixtureServer,
  url: string,
  shot: Shot,
): Promise<void> {
  const {
    story,
    name,
    hash = "",
    dark = false,
    size: [width, height] = DESK,
    whole = false,
  } = shot;
  server.trouble = {};
  server.ageMs = 37_000;
  server.isNew = false;
  server.standsByFor = null;
  shot.prepare?.(server);
  const page = await browser.newPage({
    viewport: { width, height },
    deviceScaleFactor: width < 500 ? 2 : 1,
    colorScheme: dark ? "dark" : "light",
    reducedMotion: "reduce",
    locale: "en-GB",
  });
  page.on("console", (message) => console.log(`${story} ${name}: ${message.text()}`));
  page.on("pageerror", (error) => console.log(`${story} ${name}: ${error.message}`));
  await page.goto(url + hash);
  await page.locator("h1").first().waitFor({ timeout: 10_000 });
  await page.waitForTimeout(600);
  await shot.act?.(page, server);
  await page.screenshot({ path: join(OUTPUT_FOLDER, `${story}-${name}.png`), fullPage: whole });
  await page.close();
}

await takeAll(process.argv.slice(2));
