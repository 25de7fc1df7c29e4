import {
  addTaint,
  cordon,
  type NodeObject,
  NOT_READY_MESSAGES,
  removeTaint,
  uncordon,
} from "../kubernetes/objects/node-object.ts";
import { type FaultKind, faultKind } from "./fault.ts";
import { NODE } from "./parameters.ts";

/**
 * What Kubernetes says of a node. Nothing breaks by that; what else is broken there is planned to be where somebody decided
 * it: NotReady alone is no plan.
 */

type Change = (object: NodeObject) => void;

/** The parts that faults have in common which change what Kubernetes says of a node. */
type Saying = Pick<FaultKind<typeof NODE>, "parameters" | "thing" | "break">;

/** The node's object is changed, and changed back when the fault is healed. */
const changed = (what: string, change: Change, back: Change): Saying => ({
  parameters: NODE,
  thing: ({ node }) => `${node} is ${what}`,
  async break(lab, { node }, undo) {
    const told = lab.node(node);
    undo.defer(() => lab.find(node)?.update(back));
    told.update(change);
  },
});

/** The kubelet says why its node is not ready, until the fault is healed. */
const saidByKubelet = (message: string): Saying => ({
  parameters: NODE,
  thing: ({ node }) => `${node} is not ready: ${message}`,
  async break(lab, { node }, undo) {
    const told = lab.node(node);
    undo.defer(() => lab.find(node)?.say(null));
    told.say(message);
  },
});

/** Of the cluster autoscaler, on a node that it is about to delete (kubernetes/autoscaler: utils/taints). */
const LEAVING = { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" } as const;

export const NODE_OBJECT_FAULTS = {
  cordoned: faultKind({
    summary: "a node is cordoned",
    ...changed("cordoned", cordon, uncordon),
    effect: ({ node }) => ({ planned: [node] }),
  }),
  "not-ready": faultKind({
    summary: "a node's kubelet says that the node is not ready; all of it works",
    ...saidByKubelet(NOT_READY_MESSAGES.network),
    // All of it answers; but its kubelet says that it has no network for new pods.
    effect: ({ node }) => ({ findings: [{ kind: "not-ready", nodes: [node] }] }),
  }),
  "shutting-down": faultKind({
    summary: "a node's kubelet says that the node is shutting down, in good order",
    ...saidByKubelet(NOT_READY_MESSAGES.shutdown),
    effect: ({ node }) => ({ planned: [node] }),
  }),
  leaving: faultKind({
    summary: "a node has the taint of the cluster autoscaler that is about to delete it",
    ...changed(
      "leaving",
      (object) => addTaint(object, LEAVING),
      (object) => removeTaint(object, LEAVING.key),
    ),
    effect: ({ node }) => ({ planned: [node] }),
  }),
  deleting: faultKind({
    summary:
      "a node's pods are terminating, as in a drain or a rollout; others take their places when it is healed",
    parameters: NODE,
    thing: ({ node: name }) => `pods of ${name} terminate`,
    async break(lab, { node: name }, undo) {
      const node = lab.node(name);
      for (const workload of ["ping", "pong"] as const) {
        const old = node.pods[workload];
        undo.defer(async () => {
          if (lab.find(name)?.pods[workload] === old) await lab.replacePod(name, workload);
        });
        old.terminate();
      }
      await lab.kubeProxy.settled();
    },
    // An agent that terminates is not waited for, and a NodePort leads to no pong that does.
    effect: ({ node }) => ({
      planned: [node],
      maybeSilent: [node],
      onRow: ({ check, to }) =>
        check === "nodeport" && to.node === node
          ? { reasons: ["connect_timeout"], sure: true }
          : null,
    }),
  }),
  "kubelet-down": faultKind({
    summary:
      "a node's kubelet is down: nothing listens on its port, and Kubernetes misses its heartbeats",
    parameters: NODE,
    thing: ({ node }) => `kubelet of ${node}: down`,
    async break(lab, { node }, undo) {
      const broken = lab.node(node);
      undo.defer(() => lab.find(node)?.startKubelet());
      await broken.kubelet.stop();
    },
    // Once Kubernetes has noticed it calls the node's pods not ready, and its NodePort leads to none of them.
    effect: ({ node }) => ({
      onRow({ check, to }) {
        if (to.node !== node) return null;
        if (check === "tcp") return { reasons: ["connection_refused"], sure: true };
        return check === "nodeport" ? { reasons: ["connect_timeout"], sure: false } : null;
      },
      // netChecker knows no other program on that port, so that it names no cause.
      findings: [{ kind: "undetermined", nodes: [node] }],
    }),
  }),
};
