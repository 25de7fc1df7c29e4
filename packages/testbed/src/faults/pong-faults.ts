import type { Reason } from "@netchecker/contract";
import { Type } from "typebox";
import type { Effect } from "../expect/effect.ts";
import { cgroupName } from "../namespaces/lab-record.ts";
import type { Lab } from "../namespaces/lab.ts";
import { createPodNetwork } from "../namespaces/network/node-network.ts";
import type { LabNode } from "../namespaces/nodes/lab-node.ts";
import { manifestEnvironment } from "../namespaces/nodes/manifest-environment.ts";
import { BUNDLES } from "../services/bundles.ts";
import { Child } from "../services/child-process.ts";
import { LimitedCgroup } from "../services/limited-cgroup.ts";
import { faultKind } from "./fault.ts";
import { cpuParameter, NODE, NodeParameter } from "./parameters.ts";
import { frozen, killed, slowed } from "./pod-process.ts";

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

const LATE: readonly Reason[] = [
  "connect_timeout",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
];

const REFUSED: readonly Reason[] = ["connection_refused"];
const unnoticed = killed("pong", true);

/** A pong with another name and the same address, on the node's bridge. */
async function startTwin(lab: Lab, node: LabNode, undo: AsyncDisposableStack): Promise<void> {
  const { folder } = lab.options;
  const { ip, name: podName } = node.pods.pong;
  const name = `${node.name}.twin`;
  const network = await createPodNetwork(node, { name, ip, port: "twin", logFolder: folder });
  undo.defer(() => network.remove());
  const twin = await Child.started(
    {
      within: network.within,
      file: process.execPath,
      args: [BUNDLES.pong],
      env: manifestEnvironment("pong", { name: `${podName}-twin`, node: node.name, ip }),
      logFile: `${folder}/${node.name}.twin.log`,
    },
    "the second pong did not start",
  );
  undo.defer(async () => void (await twin.end(500)));
}

async function forgetNeighbours({ namespace, pods }: LabNode): Promise<void> {
  await namespace.run("ip neighbour flush dev cni0\n");
  await pods.ping.network.run("ip neighbour flush dev eth0\n").catch(() => {});
}

/** Faults of one node's pong; its network is well. */
export const PONG_FAULTS = {
  "pong-hung": faultKind({
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
  }),
  "pong-slow": faultKind({
    summary: "pong answers late, though in time",
    parameters: NODE,
    ...slowed("pong"),
  }),
  "pong-overloaded": faultKind({
    summary: "pong has next to no CPU: it answers late or never",
    parameters: Type.Object({ node: NodeParameter, cpuMillis: cpuParameter(2) }),
    thing: ({ node }) => `pong of ${node}: overloaded`,
    async break(lab, { node, cpuMillis }, undo, id) {
      const { pid } = lab.node(node).pods.pong;
      const cgroup = new LimitedCgroup({ cpuMillis }, cgroupName(id));
      undo.defer(() => cgroup.remove());
      if (pid !== undefined) undo.defer(cgroup.take(pid));
    },
    recovers: "pong",
    effect: ({ node }) => pongEffect(node, { echo: LATE, nodeport: LATE }, false, LATE),
  }),
  "pong-dead": faultKind({
    summary: "pong's process is dead, and Kubernetes knows",
    parameters: NODE,
    ...killed("pong"),
    // A NodePort without a ready backend drops.
    effect: ({ node }) =>
      pongEffect(node, { echo: ["connection_refused"], nodeport: ["connect_timeout"] }, true),
  }),
  "backend-dead": faultKind({
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
  }),
  /** A CNI that gave an address twice: of two pods that have it, the other one answers. */
  "wrong-answerer": faultKind({
    summary: "two pods have one address: pong's is answered by a pod that Kubernetes does not show",
    parameters: NODE,
    thing: ({ node: name }) => `pong of ${name}: address`,
    async break(lab, { node: name }, undo) {
      const node = lab.node(name);
      const { pong } = node.pods;
      // Last of all, when the twin is gone: until then anyone who asks may learn its address anew.
      undo.defer(async () => {
        if (lab.find(name) === node) await forgetNeighbours(node);
      });
      await startTwin(lab, node, undo);
      // Where the pod or its node is gone, so is what was changed there.
      undo.defer(() =>
        pong.network.run("ip link set eth0 arp on\n").then(
          () => {},
          () => {},
        ),
      );
      // It stays where it is and does not answer who asks for its address.
      if (pong.exists) await pong.network.run("ip link set eth0 arp off\n");
      await forgetNeighbours(node);
    },
    recovers: "pong",
    effect: ({ node }) => ({
      onRow: ({ check, to }) =>
        check === "echo" && to.node === node ? { reasons: ["wrong_responder"], sure: true } : null,
      findings: [{ kind: "wrong-answerer", nodes: [node] }],
    }),
  }),
};
