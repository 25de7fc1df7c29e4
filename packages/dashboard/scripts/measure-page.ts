import type { Browser, CDPSession, Page } from "playwright-core";
import { launchChromium } from "../tests/support/chromium.ts";
import { FixtureServer } from "../tests/support/fixture-server.ts";
import { STORIES, type Story } from "../tests/support/stories.ts";

/** How fast the page is: first picture, a pan, memory, at 200 and 1,000 nodes. */
const MEASURED: readonly Story[] = ["broken200", "broken1000"];
const LOADS = 5;
const PAN_STEPS = 60;

async function measureAll(): Promise<void> {
  const browser = await launchChromium();
  try {
    for (const story of MEASURED) {
      const { size, phases } = STORIES[story];
      const server = new FixtureServer(size, phases);
      const url = await server.listen();
      // The server makes and compresses the mesh once, as netchecker does before anybody looks.
      await (await fetch(`${url}mesh`)).arrayBuffer();
      const pictures: number[] = [];
      for (let load = 0; load < LOADS; load += 1) pictures.push(await firstPicture(browser, url));
      const { frames, heap } = await panAndHeap(browser, url);
      console.log(
        `${size} nodes: first picture ${round(median(pictures))} ms (${pictures.map(round).join(", ")}); ` +
          `a pan: ${round(median(frames))} ms a frame at the median, ${round(Math.max(...frames))} at most, ` +
          `of ${frames.length} drawn; heap ${(heap / 2 ** 20).toFixed(1)} MiB`,
      );
      await server.close();
    }
  } finally {
    await browser.close();
  }
}

/** From the start of the navigation to the first drawn mesh, milliseconds. A new context: nothing is cached. */
async function firstPicture(browser: Browser, url: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1_440, height: 900 } });
  const page = await context.newPage();
  await page.goto(url);
  const at = await drawnAt(page);
  await context.close();
  return at;
}

async function drawnAt(page: Page): Promise<number> {
  await page.waitForFunction(() => performance.getEntriesByName("mesh-drawn").length > 0);
  return page.evaluate(() => performance.getEntriesByName("mesh-drawn")[0]!.startTime);
}

/** How long each frame of a pan took to draw, and the heap after a collection, bytes. */
async function panAndHeap(
  browser: Browser,
  url: string,
): Promise<{ frames: number[]; heap: number }> {
  const page = await browser.newPage({ viewport: { width: 1_440, height: 900 } });
  await page.goto(url);
  await drawnAt(page);
  const box = (await page.getByRole("application").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  for (let turn = 0; turn < 4; turn += 1) await page.mouse.wheel(0, -100);
  await page.waitForTimeout(500);
  await page.evaluate(() => performance.clearMeasures("mesh-frame"));
  await page.mouse.down();
  for (let step = 1; step <= PAN_STEPS; step += 1)
    await page.mouse.move(x + step * 3 * (step % 20 < 10 ? 1 : -1), y + step * 2);
  await page.mouse.up();
  const frames = await page.evaluate(() =>
    performance.getEntriesByName("mesh-frame").map(({ duration }) => duration),
  );
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize = 0 } = (await session.send("Runtime.getHeapUsage")) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  await page.close();
  return { frames, heap: usedSize + backingStorageSize };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const round = (ms: number) => Number(ms.toFixed(1));

await measureAll();
