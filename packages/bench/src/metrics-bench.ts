import { gunzipSync } from "node:zlib";
import { storedRound, withLoneNetchecker } from "./lone-netchecker.ts";
import { median } from "./median.ts";
import { usageOf } from "./process-usage.ts";
import { scrape } from "./scrape.ts";
import type { ServiceMemory } from "./service-memory.ts";
import { below, type Row, sayMiB, told } from "./table.ts";

const SIZES = [5, 50, 200, 1_000];
const SCRAPES = 10;

/** What a scrape of netchecker costs, and how its series grow with the nodes. */
export async function benchMetrics(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const nodes of SIZES)
    rows.push(
      ...(await withLoneNetchecker(nodes, async ({ netchecker: { url, pid }, memory }) => {
        await storedRound(url, 1);
        return measureScrapes(url, pid!, memory, nodes);
      })),
    );
  return rows;
}

async function measureScrapes(
  url: string,
  pid: number,
  memory: ServiceMemory,
  nodes: number,
): Promise<Row[]> {
  const what = `${nodes} nodes: /metrics`;
  const before = await usageOf(pid);
  const beforeMiB = memory.nowMiB();
  const first = await timedScrape(url);
  const times: number[] = [];
  for (let each = 0; each < SCRAPES; each += 1) times.push((await timedScrape(url)).ms);
  const after = await usageOf(pid);
  const afterMiB = memory.nowMiB();
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / (SCRAPES + 1)) * 1_000;
  const lines = first.text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const ofNodes = lines.filter((line) => /node="[^"*]/.test(line)).length;
  return [
    told(`${what}: series`, `${lines.length}`),
    told(`${what}: of these, with a node`, `${ofNodes} (${(ofNodes / nodes).toFixed(1)} each)`),
    told(
      `${what}: size`,
      `${(first.text.length / 1e3).toFixed(0)} kB, ${(first.bytes / 1e3).toFixed(0)} kB compressed`,
    ),
    below(`${what}: time (median of ${SCRAPES})`, median(times), 1_000, "ms"),
    told(`${what}: CPU`, `${cpu.toFixed(0)} ms`),
    told(
      `${what}: working set before and after ${SCRAPES + 1} scrapes`,
      `${sayMiB(beforeMiB)}, ${sayMiB(afterMiB)}`,
    ),
  ];
}

async function timedScrape(url: string): Promise<{ text: string; bytes: number; ms: number }> {
  const startedAt = performance.now();
  const body = await scrape(url);
  const ms = performance.now() - startedAt;
  return { text: gunzipSync(body).toString(), bytes: body.length, ms };
}
