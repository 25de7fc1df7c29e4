import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import { benchMesh, benchResults } from "./answers-bench.ts";
import { benchHistory } from "./history-bench.ts";
import { type LoneNetchecker, storedRound, withLoneNetchecker } from "./lone-netchecker.ts";
import { median } from "./median.ts";
import { usageOf } from "./process-usage.ts";
import { below, memoryBelow, type Row, sayMiB, told } from "./table.ts";

export interface NetcheckerLimits {
  readonly storedWithinSeconds: number;
  readonly memoryMiB: number;
  /** Between two rounds, with the view and the last round in memory. */
  readonly restMiB: number;
}

const ROUNDS = 3;

/** netchecker's rounds, memory and answers with so many nodes. */
export function benchNetchecker(nodes: number, limits: NetcheckerLimits): Promise<Row[]> {
  return withLoneNetchecker(nodes, async (lone) => [
    memoryBelow(
      `a view of ${nodes} nodes: netchecker's working set at rest`,
      lone.atRestMiB,
      limits.restMiB,
    ),
    ...(await measure(lone, nodes, limits)),
    ...(await benchHistory(
      {
        url: lone.netchecker.url,
        pid: lone.netchecker.pid!,
        memory: lone.memory,
        node: lone.node,
      },
      lone.redis,
      redisNames("netchecker:"),
      `${nodes} × ${nodes}`,
    )),
  ]);
}

async function measure(
  { netchecker, memory, simulation }: LoneNetchecker,
  nodes: number,
  limits: NetcheckerLimits,
): Promise<Row[]> {
  const size = `${nodes} × ${nodes}`;
  const pid = netchecker.pid!;
  const rows: Row[] = [];
  const waits: number[] = [];
  const cpu: number[] = [];
  let lost = 0;
  let bytes = 0;
  const measureRound = async (round: number) => {
    const before = await usageOf(pid);
    const last = new Promise<{ lastReportAt: number; bytes: number }>((resolve) => {
      simulation.on("message", (message) => {
        const said = message as { round?: number; lastReportAt: number; bytes: number };
        if (said.round === round) resolve(said);
      });
    });
    if (round > 1)
      await fetch(`${netchecker.url}/rounds`, { method: "POST", headers: { "x-netchecker": "1" } });
    const reported = await last;
    bytes = Math.max(bytes, reported.bytes);
    const head = await storedRound(netchecker.url, round);
    waits.push(Date.now() - reported.lastReportAt);
    cpu.push((await usageOf(pid)).cpuSeconds - before.cpuSeconds);
    lost += head.expected - head.reported;
  };
  const { peakMiB } = await memory.peakDuring(async () => {
    for (let round = 1; round <= ROUNDS; round += 1) await measureRound(round);
  });
  await sleep(5_000);
  const restMiB = memory.nowMiB();
  rows.push(
    below(
      `${size} round: last report to stored round (slowest of ${ROUNDS})`,
      Math.max(...waits) / 1000,
      limits.storedWithinSeconds,
      "s",
    ),
    told(`${size} round: reports lost in ${ROUNDS} rounds`, `${lost}`, "0", lost === 0),
    told(`${size} round: netchecker's CPU (median)`, `${median(cpu).toFixed(2)} s`),
    memoryBelow(`${size} round: netchecker's peak working set`, peakMiB, limits.memoryMiB),
    told(`${size} round: netchecker's working set 5 s later`, sayMiB(restMiB)),
    ...(await benchResults(netchecker.url, { pid, memory }, size)),
    ...(await benchMesh(netchecker.url, { pid, memory }, size)),
  );
  return rows;
}
