import { launchChromium } from "@netchecker/testbed/programs/launch-chromium";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { test as base, vi } from "vitest";
import { FixtureServer } from "./fixture-server.ts";
import type { Phase } from "./simulated-rounds.ts";

// The browser runs on a machine that does much else at the same time.
vi.setConfig({ testTimeout: 120_000 });

/** For `expect.poll`: the page shows a change a moment later. */
export const WAIT = { timeout: 15_000 };

interface Opening {
  readonly hash?: string;
  readonly context?: BrowserContextOptions;
}

interface Story {
  readonly size: number;
  readonly phases: readonly Phase[];
  readonly held?: number;
  readonly prefix?: string;
}

interface PageFixtures {
  readonly browser: Browser;
  /** Starts a server with the cluster of a story. */
  readonly serve: (story: Story) => Promise<{ server: FixtureServer; url: string }>;
  /**
   * Opens a page of that server. `complaints` collects everything that the page complains about.
   */
  readonly open: (url: string, opening?: Opening) => Promise<{ page: Page; complaints: string[] }>;
}

/** Tests with the built page, in a real Chromium. */
export const test = base.extend<PageFixtures>({
  browser: [
    // vitest reads from this pattern which fixtures this one needs: none.
    // oxlint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const browser = await launchChromium();
      await use(browser);
      await browser.close();
    },
    { scope: "file" },
  ],
  // oxlint-disable-next-line no-empty-pattern
  serve: async ({}, use) => {
    const servers: FixtureServer[] = [];
    await use(async ({ size, phases, held = 0, prefix = "/" }) => {
      const server = new FixtureServer(size, phases, { held, prefix });
      servers.push(server);
      return { server, url: await server.listen() };
    });
    for (const server of servers) await server.close();
  },
  open: async ({ browser }, use) => {
    const pages: Page[] = [];
    await use(async (url, { hash = "", context } = {}) => {
      const page = await browser.newPage({
        viewport: { width: 1_280, height: 900 },
        locale: "en-GB",
        ...context,
      });
      pages.push(page);
      page.setDefaultTimeout(30_000);
      return { page, complaints: await goTo(page, url, hash) };
    });
    for (const page of pages) await page.close();
  },
});

/**
 * Opens the page. From then on it collects errors, refused requests, and requests to other hosts.
 */
async function goTo(page: Page, url: string, hash: string): Promise<string[]> {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(url)) complaints.push(`a request to ${request.url()}`);
  });
  await page.goto(url + hash);
  return complaints;
}
