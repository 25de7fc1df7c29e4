import { LimitedCgroup } from "../services/limited-cgroup.ts";
import type { Reason } from "@netchecker/contract";
import { Type } from "typebox";
import type { Effect } from "../expect/effect.ts";
import { cgroupName } from "./cgroup-name.ts";
import { faultKind } from "./fault.ts";
import { cpuParameter, NODE, NodeParameter } from "./parameters.ts";
import { frozen, killed, slowed } from "./pod-process.ts";

/** Faults of one node's pong; its network is well. */

/** How it shows that a pong does not answer as it should, by the check that meets it. */
const pongEffect = (
  node: string,
  reasons: { readonly echo: readonly Reason[]; readonly nodeport: readonly Reason[] },
  sure: boolean,
  /** What those see who are led to it by the ClusterIP; none where Kubernetes knows and leads nobody there. */
  clusterip: readonly Reason[] = [],
): Effect => ({
  onRow({ check, to }) {
    if (check === "clusterip")
      return clusterip.length > 0 ? { reasons: clusterip, sure: false } : null;
    if (to.node !== node) return null;
    return check === "echo" || check === "nodeport" ? { reasons: reasons[check], sure } : null;
  },
  findings: [{ kind: "pong", nodes: [node] }],
});

export const pongHung = faultKind({
  summary: "pong hangs: the kernel accepts connections, nothing answers",
  parameters: NODE,
  ...frozen("pong"),
  // Once kubelet has noticed, kube-proxy leads nobody there any more, and drops what asks the NodePort.
  effect: ({ node }) =>
    pongEffect(
      node,
      { echo: ["response_timeout"], nodeport: ["response_timeout", "connect_timeout"] },
      true,
      ["response_timeout"],
    ),
});

export const pongSlow = faultKind({
  summary: "pong answers late, though in time",
  parameters: NODE,
  ...slowed("pong"),
});

const LATE: readonly Reason[] = [
  "connect_timeout",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
];

export const pongOverloaded = faultKind({
  summary: "pong has next to no CPU: it answers late or never",
  parameters: Type.Object({ node: NodeParameter, cpuMillis: cpuParameter(2) }),
  thing: ({ node }) => `pong of ${node}: overloaded`,
  async break(lab, { node, cpuMillis }, undo, id) {
    const { pid } = lab.node(node).pods.pong;
    const cgroup = new LimitedCgroup({ cpuMillis }, cgroupName(id));
    undo.remove(() => cgroup.remove());
    if (pid !== undefined) undo.remove(cgroup.take(pid));
  },
  recovers: "pong",
  effect: ({ node }) => pongEffect(node, { echo: LATE, nodeport: LATE }, false, LATE),
});

export const pongDead = faultKind({
  summary: "pong's process is dead, and Kubernetes knows",
  parameters: NODE,
  ...killed("pong"),
  // A NodePort without a ready backend drops.
  effect: ({ node }) =>
    pongEffect(node, { echo: ["connection_refused"], nodeport: ["connect_timeout"] }, true),
});

const REFUSED: readonly Reason[] = ["connection_refused"];
const unnoticed = killed("pong", true);

export const backendDead = faultKind({
  summary: "pong is dead but still listed behind the service: its kubelet does not notice",
  parameters: NODE,
  ...unnoticed,
  async break(lab, { node }, undo, id) {
    const { kubelet } = lab.node(node);
    undo.defer(() => lab.find(node)?.kubelet.notice(true));
    kubelet.notice(false);
    await unnoticed.break(lab, { node }, undo, id);
  },
  effect: ({ node }) => pongEffect(node, { echo: REFUSED, nodeport: REFUSED }, true, REFUSED),
});
