import type { Browser, Page } from "playwright-core";
import { type Usage, usageOf } from "./process-usage.ts";

const PAN_STEPS = 60;
const ZOOM_TURNS = 4;
/** Until what zooming began has ended. */
const PAUSE_MS = 500;

/** Zooms into the mesh and drags it: how long each frame took to draw, milliseconds. */
export async function panMesh(page: Page): Promise<number[]> {
  const box = (await page.getByRole("application").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  for (let turn = 0; turn < ZOOM_TURNS; turn += 1) await page.mouse.wheel(0, -100);
  await page.waitForTimeout(PAUSE_MS);
  await page.evaluate(() => performance.clearMeasures("mesh-frame"));
  await page.mouse.down();
  for (let step = 1; step <= PAN_STEPS; step += 1)
    await page.mouse.move(x + step * 3 * (step % 20 < 10 ? 1 : -1), y + step * 2);
  await page.mouse.up();
  return page.evaluate(() =>
    performance.getEntriesByName("mesh-frame").map(({ duration }) => duration),
  );
}

/** What the page's scripts hold after a collection, typed arrays included, MiB. */
export async function heapMiB(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize, backingStorageSize } = await session.send("Runtime.getHeapUsage");
  return (usedSize + backingStorageSize) / 2 ** 20;
}

/** The process of the only page that is open: another one may wait for the next page, and is smaller. */
export async function rendererUsage(browser: Browser): Promise<Usage> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const pids = processInfo.filter(({ type }) => type === "renderer").map(({ id }) => id);
  const usages = await Promise.all(pids.map((pid) => usageOf(pid)));
  return usages.toSorted((a, b) => b.rssMiB - a.rssMiB)[0]!;
}
