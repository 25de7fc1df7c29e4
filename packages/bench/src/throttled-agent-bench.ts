import { setTimeout as sleep } from "node:timers/promises";
import { cgroupFault, LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";
import { falseFailures, largestReport } from "./agent-rows.ts";
import { type Answer, LoneAgent } from "./lone-agent.ts";
import { manyPods } from "./many-pods.ts";
import { median } from "./median.ts";
import { below, notMeasured, type Row, told } from "./table.ts";

const RUNS = 20;
const PAUSE_MS = 300;
const CPU_MILLIS = 100;
const MEMORY_MIB = 200;

/** One agent held to what its manifest gives it, all `pods` fine; its first rounds count like all others. */
export async function benchThrottledAgent(pods: number): Promise<Row[]> {
  const size = `agent, ${pods} pods, ${CPU_MILLIS}m CPU`;
  const fault = cgroupFault();
  if (fault) return [notMeasured(size, fault)];
  using cgroup = new LimitedCgroup(
    { cpuMillis: CPU_MILLIS, memoryBytes: MEMORY_MIB * 2 ** 20 },
    `netchecker-bench-${process.pid}`,
  );
  await using agent = await LoneAgent.start({ pods, within: cgroup.within });
  const answers: Answer[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    const { pod } = await agent.round({ pod: manyPods(pods) }, 50_000);
    answers.push(await pod);
    await sleep(PAUSE_MS);
  }
  const peakMiB = cgroup.peakMemoryBytes() / 2 ** 20;
  const seconds = answers.map((answer) => answer.seconds);
  const saidSo = answers.filter(
    ({ report: { prober } }) => prober.starved && (prober.throttledMs ?? 0) > 0,
  ).length;
  return [
    told(
      `${size}: publish to report (first, median, slowest of ${RUNS})`,
      [seconds[0]!, median(seconds), Math.max(...seconds)].map((s) => s.toFixed(1)).join(", ") +
        " s",
    ),
    ...falseFailures(size, answers),
    told(
      `${size}: reports that say that it was throttled`,
      `${saidSo} of ${RUNS}`,
      `${RUNS}`,
      saidSo === RUNS,
    ),
    largestReport(size, answers),
    below(`${size}: peak memory of its cgroup`, peakMiB, MEMORY_MIB, "MiB"),
  ];
}
