import { redisNames } from "@netchecker/contract";
import { launchChromium } from "@netchecker/testbed/programs/launch-chromium";
import { TestbedError } from "@netchecker/testbed/testbed-error";
import type { Browser } from "playwright-core";
import { fillHistory } from "./fill-history.ts";
import { type LoneNetchecker, storedRound, withLoneNetchecker } from "./lone-netchecker.ts";
import { median } from "./median.ts";
import { pageFileRows } from "./page-files.ts";
import { firstPaint, firstPicture, type FirstPicture, visit } from "./page-visit.ts";
import { heapMiB, panMesh, rendererUsage } from "./page-in-use.ts";
import { usageOf } from "./process-usage.ts";
import type { Answerer } from "./read-whole.ts";
import { below, notMeasured, type Row, sayMiB, told } from "./table.ts";

export interface PageLimits {
  readonly nodes: number;
  /** Null where nothing is asked. */
  readonly firstPictureMs: number | null;
}

const LOADS = 9;
const FRAME_MS = 16;

/** The page that netchecker serves, in a real browser, with a day of rounds behind it. */
export async function benchPage(sizes: readonly PageLimits[]): Promise<Row[]> {
  const browser = await launchChromium().catch((error: unknown) => {
    if (error instanceof TestbedError) return error;
    throw error;
  });
  if (browser instanceof TestbedError) return [notMeasured("page", browser.message)];
  try {
    const rows: Row[] = [];
    for (const limits of sizes)
      rows.push(
        ...(await withLoneNetchecker(limits.nodes, async (lone) => {
          await runForADay(lone);
          const { url, pid } = lone.netchecker;
          const { first, rows: loads } = await measureLoads(
            browser,
            url,
            { pid: pid!, memory: lone.memory },
            limits,
          );
          const use = await measureUse(browser, url, `page of ${limits.nodes} nodes`);
          return [...(rows.length === 0 ? await pageFileRows(first) : []), ...loads, ...use];
        })),
      );
    return rows;
  } finally {
    await browser.close();
  }
}

/** A round, a day of old ones, and one more that follows them. */
async function runForADay({ netchecker: { url }, redis }: LoneNetchecker): Promise<void> {
  await storedRound(url, 1);
  await fillHistory(redis, redisNames("netchecker:"));
  const opened = await fetch(`${url}/rounds`, { method: "POST", headers: { "x-netchecker": "1" } });
  const { id } = (await opened.json()) as { id: number };
  await storedRound(url, id);
}

/** Loads the page again and again, each time as if for the first time, and in between one that has next to nothing on it. */
async function measureLoads(
  browser: Browser,
  url: string,
  { pid, memory }: Answerer,
  { nodes, firstPictureMs }: PageLimits,
): Promise<{ first: FirstPicture; rows: Row[] }> {
  const beforeMiB = memory.nowMiB();
  const empty: number[] = [];
  const pictures: FirstPicture[] = [];
  let cpuSeconds = 0;
  for (let load = 0; load < LOADS; load += 1) {
    empty.push(await visit(browser, (page) => firstPaint(page, `${url}/healthz`)));
    const start = await usageOf(pid);
    pictures.push(await visit(browser, (page) => firstPicture(page, url)));
    cpuSeconds += (await usageOf(pid)).cpuSeconds - start.cpuSeconds;
  }
  const afterMiB = memory.nowMiB();
  const first = pictures[0]!;
  const drawnMs = median(pictures.map((picture) => picture.drawnMs));
  const emptyMs = median(empty);
  const what = `page of ${nodes} nodes`;
  const picture = `${what}: first picture (median of ${LOADS})`;
  const rows = [
    firstPictureMs === null
      ? told(picture, `${drawnMs.toFixed(0)} ms`)
      : below(picture, drawnMs, firstPictureMs, "ms"),
    told(
      `${what}: first paint of an empty page (median of ${LOADS})`,
      `${emptyMs.toFixed(0)} ms, 1 / ${(drawnMs / emptyMs).toFixed(1)}`,
    ),
    told(`${what}: its mesh as sent`, `${(first.bytes.get("/mesh")! / 1e3).toFixed(1)} kB`),
    told(`${what}: netchecker's CPU for a load`, `${((cpuSeconds / LOADS) * 1e3).toFixed(0)} ms`),
    told(
      `${what}: netchecker's working set before and after ${LOADS} loads`,
      `${sayMiB(beforeMiB)}, ${sayMiB(afterMiB)}`,
    ),
  ];
  return { first, rows };
}

async function measureUse(browser: Browser, url: string, what: string): Promise<Row[]> {
  return visit(browser, async (page) => {
    await firstPicture(page, url);
    const frames = await panMesh(page);
    const heap = await heapMiB(page);
    const { rssMiB, rssFileMiB } = await rendererUsage(browser);
    return [
      below(`${what}: a pan, a frame (median of ${frames.length})`, median(frames), FRAME_MS, "ms"),
      told(`${what}: a pan, the slowest frame`, `${Math.max(...frames).toFixed(1)} ms`),
      told(`${what}: JavaScript heap after a collection`, `${heap.toFixed(1)} MiB`),
      told(
        `${what}: memory of its process; of that, files (Chromium's binary)`,
        `${rssMiB.toFixed(0)}, ${rssFileMiB.toFixed(0)} MiB`,
      ),
    ];
  });
}
