import { LabClient } from "../../namespaces/lab-client.ts";
import { TestbedError } from "../../testbed-error.ts";
import { startLab } from "../../namespaces/start-lab.ts";
import { type Command, EXIT, readOptions } from "../command.ts";
import { oneOf, seconds, whole } from "@netchecker/runtime/options";

const MAX_NODES = 60;

const OPTIONS = {
  nodes: whole(1, MAX_NODES, 6),
  // Three attempts of a second must fit into a round.
  interval: seconds(4, 3_600, 5),
  "pod-network": oneOf(["host-gateway", "vxlan"], "host-gateway"),
  port: whole(0, 65_535, 32_090),
} as const;

const USAGE = `Starts a cluster of network namespaces on this machine; it goes on until \`lab down\`. Takes Linux and root.

Usage: lab up [options]
  --nodes N            how many nodes, 1 to ${MAX_NODES} (default 6; up to 6 for each processor run smoothly)
  --interval SECONDS   how often a round starts, 4 to 3600 (default 5); Kubernetes notices dead nodes as much faster
                       as rounds are shorter than 60 s: rounds of 5 s go with a control plane twelve times as fast
  --pod-network KIND   host-gateway (routes between the nodes) or vxlan (an overlay) (default host-gateway)
  --port PORT          where netchecker's API is served on localhost, 0 for any (default 32090)
`;

export const up: Command = {
  summary: "start a cluster, which goes on in the background",
  usage: () => USAGE,
  async run(args, { out }, signal) {
    const { values } = readOptions(args, OPTIONS);
    const running = LabClient.find();
    if (running)
      throw new TestbedError(
        `A laboratory is up already, at ${local(running.url)}: \`pnpm lab down\` ends it.`,
      );
    const { nodes, interval: intervalMs, "pod-network": podNetwork, port } = values;
    const count = `${nodes} ${nodes === 1 ? "node" : "nodes"}`;
    out(`Starting ${count} …`);
    const startedAt = performance.now();
    const options = { nodes, intervalMs, podNetwork, port, background: true, signal };
    const lab = await startLab(options);
    const tookSeconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    out(`${count} up in ${tookSeconds} s, a round every ${intervalMs / 1_000} s.\n`);
    out(whatNext(local(lab.url), nodes));
    return EXIT.fine;
  },
};

const local = (url: string) => url.replace("127.0.0.1", "localhost");

function whatNext(url: string, nodes: number): string {
  const node = `node-${Math.min(3, nodes)}`;
  return `page     ${url}/
results  ${url}/results
as text  ${url}/results?format=text
rounds   ${url}/rounds

Try:
  pnpm lab break ${node} pod-network --direction in
  pnpm lab results
  pnpm lab heal
  pnpm lab faults               all that can be broken
  pnpm lab shell ${node}         look around in there
  pnpm lab down`;
}
