import type { ChildProcess } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { redisNames } from "@netchecker/contract";
import type { NetcheckerProcess } from "@netchecker/testbed/services/netchecker-process";
import { benchMesh, benchResults } from "./answers-bench.ts";
import { benchHistory } from "./history-bench.ts";
import { storedRound, withLoneNetchecker } from "./lone-netchecker.ts";
import { median } from "./median.ts";
import { usageOf } from "./process-usage.ts";
import { below, type Row, told } from "./table.ts";

export interface NetcheckerLimits {
  readonly storedWithinSeconds: number;
  readonly memoryMiB: number;
  /** Between two rounds, with the view and the last round in memory. */
  readonly restMiB: number;
}

const ROUNDS = 3;

/** netchecker's rounds, memory and answers with so many nodes. */
export function benchNetchecker(nodes: number, limits: NetcheckerLimits): Promise<Row[]> {
  return withLoneNetchecker(nodes, async ({ netchecker, simulation, redis, node, atRestMiB }) => [
    below(
      `a view of ${nodes} nodes: netchecker's memory at rest`,
      atRestMiB,
      limits.restMiB,
      "MiB",
    ),
    ...(await measure(netchecker, simulation, nodes, limits)),
    ...(await benchHistory(
      { url: netchecker.url, pid: netchecker.pid!, node },
      redis,
      redisNames("netchecker:"),
      `${nodes} × ${nodes}`,
    )),
  ]);
}

async function measure(
  netchecker: NetcheckerProcess,
  simulation: ChildProcess,
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
  for (let round = 1; round <= ROUNDS; round += 1) {
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
  }
  const usage = await usageOf(pid);
  await sleep(5_000);
  const rest = await usageOf(pid);
  rows.push(
    below(
      `${size} round: last report to stored round (slowest of ${ROUNDS})`,
      Math.max(...waits) / 1000,
      limits.storedWithinSeconds,
      "s",
    ),
    told(`${size} round: reports lost in ${ROUNDS} rounds`, `${lost}`, "0", lost === 0),
    told(`${size} round: netchecker's CPU (median)`, `${median(cpu).toFixed(2)} s`),
    below(`${size} round: netchecker's peak memory`, usage.peakMiB, limits.memoryMiB, "MiB"),
    told(`${size} round: netchecker's memory 5 s later`, `${rest.rssMiB.toFixed(0)} MiB`),
    ...(await benchResults(netchecker.url, pid, size)),
    ...(await benchMesh(netchecker.url, pid, size)),
  );
  return rows;
}
