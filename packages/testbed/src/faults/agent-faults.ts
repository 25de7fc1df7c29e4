import { fileURLToPath } from "node:url";
import { Type } from "typebox";
import { Child } from "../services/child-process.ts";
import { LimitedCgroup } from "../services/limited-cgroup.ts";
import { cgroupName } from "../namespaces/lab-record.ts";
import { faultKind, noNewRedisConnection } from "./fault.ts";
import { cpuParameter, NODE, NodeParameter } from "./parameters.ts";
import { frozen, killed, restart } from "./pod-process.ts";

/** For its start: at a twentieth of a core that would take half a minute. */
const WHILE_STARTING_MILLIS = 1_000;

const PORT_HOLDER = fileURLToPath(new URL("../namespaces/nodes/port-holder.ts", import.meta.url));
/** Beside the kernel's own range, so that nothing has one of them yet. */
const FEW_PORTS = "61000 61007";
const PORT_RANGE = "/proc/sys/net/ipv4/ip_local_port_range";

const SHIFTED_CLOCK = new URL("../namespaces/nodes/shifted-clock.ts", import.meta.url).href;

/** Faults of one node's agent. */
export const AGENT_FAULTS = {
  "ping-dead": faultKind({
    summary: "ping's process is dead, and Kubernetes knows",
    parameters: NODE,
    ...killed("ping"),
    effect: ({ node }) => ({
      notReady: [node],
      findings: [{ kind: "agent-missing", nodes: [node] }],
    }),
  }),
  "ping-hung": faultKind({
    summary: "ping's process hangs; what it had to report comes late, when it goes on",
    parameters: NODE,
    ...frozen("ping"),
    // Silent at first; once kubelet has noticed, not ready.
    effect: ({ node }) => ({
      maybeSilent: [node],
      starved: [node],
      findings: [{ kind: "agent-missing", nodes: [node] }],
    }),
  }),
  "ping-starved": faultKind({
    summary: "ping is held back by its CPU limit",
    parameters: Type.Object({ node: NodeParameter, cpuMillis: cpuParameter(30) }),
    thing: ({ node }) => `ping of ${node}: starved`,
    async break(lab, { node, cpuMillis }, undo, id) {
      lab.node(node);
      const cgroup = new LimitedCgroup({ cpuMillis: WHILE_STARTING_MILLIS }, cgroupName(id));
      undo.defer(() => cgroup.remove());
      // A container is in its cgroup from its first moment on, and looks for its limits there then.
      await restart(lab, { node, workload: "ping" }, (pid) => undo.defer(cgroup.take(pid)));
      cgroup.limit({ cpuMillis });
    },
    recovers: "ping",
    effect: ({ node }) => ({
      starved: [node],
      maybeSilent: [node],
      findings: [{ kind: "prober-starved", nodes: [node] }],
    }),
  }),
  "ports-exhausted": faultKind({
    summary: "the ephemeral ports of ping's pod are all taken",
    parameters: NODE,
    thing: ({ node }) => `ports of ${node}'s ping`,
    async break(lab, { node }, undo) {
      const { network } = lab.node(node).pods.ping;
      const holder = await Child.started(
        {
          within: network.within,
          file: process.execPath,
          args: [PORT_HOLDER, ...FEW_PORTS.split(" ")],
          env: {},
          logFile: `${lab.options.folder}/${node}.port-holder.log`,
        },
        "the ports could not be taken",
      );
      undo.defer(async () => void (await holder.end(500)));
      const before = await network.run(`cat ${PORT_RANGE}\n`);
      undo.defer(async () => {
        // A pod that is gone took its settings along.
        await network.run(`echo '${before.trim()}' > ${PORT_RANGE}\n`).catch(() => {});
      });
      await network.run(`echo '${FEW_PORTS}' > ${PORT_RANGE}\n`);
    },
    // UDP has ports of its own.
    effect: ({ node }) => ({
      onLeg: (leg) => (leg.from === node ? noNewRedisConnection(leg) : null),
      onRow: ({ check, from }) =>
        from.node === node && check !== "dns"
          ? { reasons: ["local_exhaustion"], sure: true }
          : null,
      findings: [{ kind: "local-exhaustion", nodes: [node] }],
    }),
  }),
  "clock-off": faultKind({
    summary: "a node's clock, as its agent sees it, is off by minutes",
    parameters: Type.Object({
      node: NodeParameter,
      minutes: Type.Number({
        minimum: -1_000_000,
        maximum: 1_000_000,
        default: 7,
        description: "ahead of the others; behind where negative",
      }),
    }),
    thing: ({ node }) => `clock of ${node}`,
    async break(lab, { node, minutes }, undo) {
      const { ping } = lab.node(node).pods;
      undo.defer(async () => {
        ping.extraEnv = {};
        // One that took its place has a clock that is right.
        if (lab.find(node)?.pods.ping === ping) await restart(lab, { node, workload: "ping" });
      });
      ping.extraEnv = {
        NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`,
        LAB_CLOCK_OFF_MS: `${minutes * 60_000}`,
      };
      await restart(lab, { node, workload: "ping" });
    },
  }),
};
