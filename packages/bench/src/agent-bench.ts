import { setTimeout as sleep } from "node:timers/promises";
import { falseFailures, largestReport } from "./agent-rows.ts";
import { AGENT_CORE, onCore, pinningFault, PONGS_CORE } from "./cores.ts";
import { type Answer, LoneAgent } from "./lone-agent.ts";
import { manyPods } from "./many-pods.ts";
import { median } from "./median.ts";
import { ServiceMemory } from "./service-memory.ts";
import { below, notMeasured, type Row, sayMiB, told } from "./table.ts";

const RUNS = 20;
const WARM_UPS = 2;
const PAUSE_MS = 300;

/** One agent on a core of its own, `pods` pongs on another, all fine, small and large echo. */
export async function benchAgent(pods: number): Promise<Row[]> {
  const size = `agent, ${pods} pods`;
  const fault = pinningFault();
  if (fault) return [notMeasured(size, fault)];
  using memory = new ServiceMemory("agent");
  await using agent = await LoneAgent.start({
    pods,
    within: [...memory.within, ...onCore(AGENT_CORE)],
    pongsWithin: onCore(PONGS_CORE),
  });
  const lists = { pod: manyPods(pods) };
  const cpu: number[] = [];
  const answers: Answer[] = [];
  const { peakMiB } = await memory.peakDuring(async () => {
    for (let run = 0; run < WARM_UPS + RUNS; run += 1) {
      const before = await agent.usage;
      const { pod } = await agent.round(lists, 50_000);
      answers.push(await pod);
      await sleep(PAUSE_MS);
      cpu.push((await agent.usage).cpuSeconds - before.cpuSeconds);
    }
  });
  await sleep(5_000);
  const restMiB = memory.nowMiB();
  const warm = answers.slice(WARM_UPS);
  const warmCpu = cpu.slice(WARM_UPS).reduce((sum, seconds) => sum + seconds, 0);
  const seconds = warm.map((answer) => answer.seconds);
  return [
    below(`${size}: publish to report (slowest of ${RUNS})`, Math.max(...seconds), 1, "s"),
    told(`${size}: publish to report (median of ${RUNS})`, `${median(seconds).toFixed(2)} s`),
    ...falseFailures(size, answers),
    below(`${size}: CPU per full probe`, (warmCpu / RUNS / pods) * 1e6, 250, "µs"),
    told(
      `${size}: the first round after its start`,
      `${answers[0]!.seconds.toFixed(2)} s, ${((cpu[0]! / pods) * 1e6).toFixed(0)} µs`,
    ),
    largestReport(size, answers),
    told(`${size}: peak working set`, sayMiB(peakMiB)),
    told(`${size}: working set 5 s later`, sayMiB(restMiB)),
  ];
}
