import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TargetColumns } from "@netchecker/contract";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import { Child } from "@netchecker/testbed/services/child-process";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";
import { freePort } from "@netchecker/testbed/sockets/listen";
import { AGENT_PORT } from "./agent-parts.ts";
import { LoneAgent } from "./lone-agent.ts";
import { manyPods } from "./many-pods.ts";
import { scrape } from "./scrape.ts";
import { ServiceMemory } from "./service-memory.ts";
import { notMeasured, type Row, sayMiB, told } from "./table.ts";

const ROUNDS = 20;
const PAUSE_MS = 500;
const REST_MS = 5_000;
const HOST = "127.0.0.1";

/**
 * Memory of one agent and one pong in a cluster of so many nodes. The agent has so many pods to
 * probe; and as many callers as a round has reach the pong at the same time, in place of one
 * agent of each node. Both are scraped after each round.
 */
export async function benchAgentAndPong(nodes: number): Promise<Row[]> {
  const fault = cgroupFault();
  if (fault) return [notMeasured(`${nodes} nodes: ping's and pong's working set`, fault)];
  await using stack = new AsyncDisposableStack();
  const memory = {
    ping: stack.use(new ServiceMemory("ping")),
    pong: stack.use(new ServiceMemory("pong")),
  };
  const pong = await startPong(memory.pong, stack);
  await using agent = await LoneAgent.start({ pods: nodes, within: memory.ping.within });
  const lists = { pod: manyPods(nodes), node: everyNodeAt(pong, nodes) };
  const runRounds = async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      await Promise.all(Object.values(await agent.round(lists, 50_000)));
      await scrape(`http://${pong}`);
      await scrape(`http://${HOST}:${AGENT_PORT}`);
      await sleep(PAUSE_MS);
    }
  };
  const ping = await memory.ping.peakDuring(async () => memory.pong.peakDuring(runRounds));
  await sleep(REST_MS);
  const row = (service: "ping" | "pong", peakMiB: number | null) =>
    told(
      `${nodes} nodes, ${ROUNDS} rounds: ${service}'s working set, peak and ${REST_MS / 1_000} s later`,
      `${sayMiB(peakMiB)}, ${sayMiB(memory[service].nowMiB())}`,
    );
  return [row("ping", ping.peakMiB), row("pong", ping.value.peakMiB)];
}

/** A pong as it is shipped; gives its host and port. */
async function startPong(memory: ServiceMemory, stack: AsyncDisposableStack): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "netchecker-bench-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const port = await freePort(HOST);
  const pong = await Child.started(
    {
      within: memory.within,
      file: process.execPath,
      args: ["--max-semi-space-size=1", BUNDLES.pong],
      env: {
        ...IMAGE_ENV,
        POD_NAME: "pong-0001",
        NODE_NAME: "node-0001",
        HOST,
        PORT: String(port),
      },
      logFile: join(folder, "pong.log"),
      onLine: () => {},
    },
    "pong did not start",
  );
  stack.defer(async () => void (await pong.end(5_000)));
  return `${HOST}:${port}`;
}

/** The NodePorts of so many nodes, all of which lead to the same pong. */
function everyNodeAt(hostPort: string, nodes: number): TargetColumns {
  const { node } = manyPods(nodes);
  return {
    check: node.map(() => "nodeport"),
    name: node.map((name) => name!),
    node,
    address: node.map(() => hostPort),
  };
}
