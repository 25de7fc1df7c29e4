import type { Browser, Page, Request } from "playwright-core";

const VIEWPORT = { width: 1_440, height: 900 };

/** What the first picture took. */
export interface FirstPicture {
  /** From the start of the navigation to the drawn mesh. */
  readonly drawnMs: number;
  /** What was loaded until then: the size of each body as it was sent, by path. */
  readonly bytes: ReadonlyMap<string, number>;
}

/** A page in a browser where nothing is cached, for as long as `use` takes. */
export async function visit<T>(browser: Browser, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  try {
    return await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Opens the dashboard, and resolves once the mesh is drawn. */
export async function firstPicture(page: Page, url: string): Promise<FirstPicture> {
  const finished: Request[] = [];
  page.on("requestfinished", (request) => finished.push(request));
  await page.goto(url);
  const drawnMs = await whenEntry(page, "mesh-drawn");
  const sizes = finished.map(async (request): Promise<[string, number]> => {
    const { responseBodySize } = await request.sizes();
    return [new URL(request.url()).pathname, responseBodySize];
  });
  return { drawnMs, bytes: new Map(await Promise.all(sizes)) };
}

/** From the start of the navigation to the first paint of any page, milliseconds. */
export async function firstPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  return whenEntry(page, "first-contentful-paint");
}

/** When the page's timeline has that, milliseconds. */
async function whenEntry(page: Page, entry: string): Promise<number> {
  await page.waitForFunction((name) => performance.getEntriesByName(name).length > 0, entry);
  return page.evaluate((name) => performance.getEntriesByName(name)[0]!.startTime, entry);
}
