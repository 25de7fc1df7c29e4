import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launchChromium } from "@netchecker/local-cluster/launch-chromium";
import type { Browser, Page } from "playwright-core";
import { FixtureServer } from "../tests/support/fixture-server.ts";
import { STORIES, type Story } from "../tests/support/stories.ts";

const INTO = join(import.meta.dirname, "../screenshots");

interface Shot {
  readonly story: Story;
  readonly name: string;
  readonly hash?: string;
  readonly dark?: boolean;
  readonly size?: readonly [width: number, height: number];
  readonly whole?: boolean;
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

const SHOTS: readonly Shot[] = [
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

/** All shots, or those of the stories that are named. */
async function takeAll(stories: readonly string[]): Promise<void> {
  await mkdir(INTO, { recursive: true });
  const browser = await launchChromium();
  try {
    for (const [story, shots] of Map.groupBy(SHOTS, (shot) => shot.story)) {
      if (stories.length > 0 && !stories.some((each) => story.includes(each))) continue;
      const { size, phases } = STORIES[story];
      const server = new FixtureServer(size, phases);
      const url = await server.listen();
      for (const shot of shots) await take(browser, server, url, shot);
      await server.close();
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
  await page.locator("main h1").waitFor({ timeout: 10_000 });
  await page.waitForTimeout(600);
  await shot.act?.(page, server);
  await page.screenshot({ path: join(INTO, `${story}-${name}.png`), fullPage: whole });
  await page.close();
}

await takeAll(process.argv.slice(2));
