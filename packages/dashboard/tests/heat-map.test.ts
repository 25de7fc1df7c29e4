import type { Page } from "playwright-core";
import { expect } from "vitest";
import { test, WAIT } from "./support/page-test.ts";

const ROUTE = "route/pair-both-new-connections-are-dropped";
const SMALL = { size: 6, phases: [{ rounds: 3, causes: [ROUTE] }] };
const LARGE = { size: 130, phases: [{ rounds: 3, causes: [ROUTE] }] };

/** The number of pixels with the colour of failed cells. */
function orangePixels(page: Page): Promise<number> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".heat-map canvas")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at] === 0xb9 && data[at + 1] === 0x3f && data[at + 2] === 0x00) count += 1;
    return count;
  });
}

test("with keys: says the pair in words, opens it, and comes back", async ({ serve, open }) => {
  const { server, url } = await serve(SMALL);
  const { nodes, peers } = server.rounds.at(-1)!.round.findings[0]!;
  const { page, complaints } = await open(url);
  const map = page.getByRole("application");
  await map.waitFor();
  const [from, to] = [nodes[0]!, peers[0]!].map((name) => Number(/\d+$/.exec(name)![0]) - 1);
  await page.getByRole("combobox", { name: "Layer" }).focus();
  await page.keyboard.press("Tab");
  for (let step = 0; step < from!; step += 1) await page.keyboard.press("ArrowDown");
  for (let step = 0; step < to!; step += 1) await page.keyboard.press("ArrowRight");
  await page.getByText(`${nodes[0]} → ${peers[0]}. pod echo: no answer to connect`).waitFor();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByText("no answer to connect").first().waitFor();
  await page.waitForURL(({ hash }) => hash === `#/pair/${nodes[0]}/${peers[0]}`);
  const command = await dialog.locator(".broken code").first().textContent();
  expect(command).toMatch(
    /^kubectl -n netchecker exec ping-\S+ -- node main\.js --probe http:\/\/[\d.]+:8080\/echo$/,
  );
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  await page.waitForURL(({ hash }) => !hash.includes("pair"));
  expect(complaints).toEqual([]);
});

test("with the mouse: a cell says its pair, and a click opens it with the measurements", async ({
  serve,
  open,
}) => {
  const { url } = await serve(SMALL);
  const { page } = await open(url);
  const map = page.getByRole("application");
  const box = (await map.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + box.height - 20);
  const title = await page.locator(".tooltip strong").textContent();
  expect(title).toMatch(/^node-6 → node-\d$/);
  await page.mouse.down();
  await page.mouse.up();
  await page.getByRole("dialog").getByText(/\d ms/).first().waitFor();
  await expect
    .poll(() => page.getByRole("dialog").locator(".way h3").first().textContent(), WAIT)
    .toBe(title!.replace(" → ", " → "));
});

test("one failed pair of many is visible in the whole map, and the reader can zoom to it", async ({
  serve,
  open,
}) => {
  const { url } = await serve(LARGE);
  const { page } = await open(url);
  const map = page.getByRole("application");
  await map.waitFor();
  await expect.poll(() => orangePixels(page), WAIT).toBeGreaterThan(4);
  const before = await orangePixels(page);
  const at = await page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>(".heat-map canvas")!;
    const { data, width } = canvas
      .getContext("2d")!
      .getImageData(0, 0, canvas.width, canvas.height);
    for (let pixel = 0; pixel < data.length / 4; pixel += 1)
      if (data[pixel * 4] === 0xb9 && data[pixel * 4 + 1] === 0x3f)
        return { x: (pixel % width) + 1, y: Math.floor(pixel / width) + 1 };
    return null;
  });
  const box = (await map.boundingBox())!;
  await page.mouse.move(box.x + at!.x, box.y + at!.y);
  for (let turn = 0; turn < 6; turn += 1) await page.mouse.wheel(0, -100);
  await expect.poll(() => orangePixels(page), WAIT).toBeGreaterThan(before * 4);
  await page.getByRole("button", { name: "Show all" }).click();
  await expect.poll(() => orangePixels(page), WAIT).toBe(before);
});

test("many nodes are grouped by zone at first, the reader can open a failed group and choose another grouping", async ({
  serve,
  open,
}) => {
  const { url } = await serve(LARGE);
  const { page } = await open(url);
  const by = page.getByRole("combobox", { name: "Grouped by" });
  await expect.poll(() => by.inputValue(), WAIT).toBe("zone");
  const groups = page.getByRole("region", { name: "Table of groups" });
  await expect.poll(() => groups.locator("td.bad").count(), WAIT).toBeGreaterThan(0);
  const before = await orangePixels(page);
  await groups.locator("td.bad button").first().click();
  await expect.poll(() => orangePixels(page), WAIT).toBeGreaterThan(before);
  await by.selectOption("none");
  await groups.waitFor({ state: "detached" });
});

test("latency and attempts are loaded when the reader chooses them", async ({ serve, open }) => {
  const { url } = await serve(SMALL);
  const { page, complaints } = await open(url);
  await page.getByRole("application").waitFor();
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  const view = page.getByRole("group", { name: "View" });
  await view.getByRole("button", { name: "Latency" }).click();
  await page.getByText(/ms and more$/).waitFor();
  await view.getByRole("button", { name: "Attempts" }).click();
  await page.getByText("third or later").waitFor();
  expect(
    asked.filter((each) => each.includes("/mesh")).map((each) => new URL(each).search),
  ).toEqual(["?with=latencies", "?with=attempts"]);
  expect(complaints).toEqual([]);
});
