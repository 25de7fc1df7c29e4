import { LimitedCgroup } from "../services/limited-cgroup.ts";
import type { Reason } from "@netchecker/contract";
import { Type } from "typebox";
import type { Effect } from "../expect/effect.ts";
import { cgroupName } from "./cgroup-name.ts";
import { faultKind } from "./fault.ts";
import { nodeOf } from "./node-of.ts";
import { NodeParameter } from "./parameters.ts";
import { becomesReady, freeze, kill, slow } from "./pod-process.ts";

/** Faults of one node's pong; its network is well. */

const NODE = Type.Object({ node: NodeParameter });

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
});

export const pongHung = faultKind({
  summary: "pong hangs: the kernel accepts connections, nothing answers",
  parameters: NODE,
  apply: (lab, { node }, id) => freeze(lab, { node, workload: "pong" }, id),
  async heal(lab, { node }, id) {
    await lab.broken.release(id);
    await becomesReady(lab, { node, workload: "pong" });
  },
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
  apply: (lab, { node }, id) => slow(lab, { node, workload: "pong" }, id),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({}),
});

const LATE: readonly Reason[] = [
  "connect_timeout",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
];

export const pongOverloaded = faultKind({
  summary: "pong has next to no CPU: it answers late or never",
  parameters: Type.Object({
    node: NodeParameter,
    cpuMillis: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 2,
      description: "thousandths of a core that it has",
    }),
  }),
  apply: (lab, { node, cpuMillis }, id) =>
    lab.broken.hold(`pong of ${node}: overloaded`, id, async (undo) => {
      const { pid } = lab.node(node).pods.pong;
      const cgroup = new LimitedCgroup({ cpuMillis }, cgroupName(id));
      undo.remove(() => cgroup.remove());
      if (pid !== undefined) undo.remove(cgroup.take(pid));
    }),
  async heal(lab, { node }, id) {
    await lab.broken.release(id);
    await becomesReady(lab, { node, workload: "pong" });
  },
  effect: ({ node }) => pongEffect(node, { echo: LATE, nodeport: LATE }, false, LATE),
});

export const pongDead = faultKind({
  summary: "pong's process is dead, and Kubernetes knows",
  parameters: NODE,
  apply: (lab, { node }, id) => kill(lab, { node, workload: "pong" }, id),
  async heal(lab, { node }, id) {
    await lab.broken.release(id);
    await becomesReady(lab, { node, workload: "pong" });
  },
  // A NodePort without a ready backend drops.
  effect: ({ node }) =>
    pongEffect(node, { echo: ["connection_refused"], nodeport: ["connect_timeout"] }, true),
});

const REFUSED: readonly Reason[] = ["connection_refused"];

export const backendDead = faultKind({
  summary: "pong is dead but still listed behind the service: its kubelet does not notice",
  parameters: NODE,
  async apply(lab, { node }, id) {
    await lab.broken.hold(`kubelet of ${node}: notices nothing`, id, async (undo) => {
      const told = lab.node(node);
      undo.defer(() => nodeOf(lab, node)?.kubelet.notice(true));
      told.kubelet.notice(false);
    });
    await kill(lab, { node, workload: "pong" }, id, true);
  },
  async heal(lab, { node }, id) {
    await lab.broken.release(id);
    await becomesReady(lab, { node, workload: "pong" });
  },
  effect: ({ node }) => pongEffect(node, { echo: REFUSED, nodeport: REFUSED }, true, REFUSED),
});
