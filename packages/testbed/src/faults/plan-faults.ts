import {
  addTaint,
  cordon,
  type NodeObject,
  NOT_READY_MESSAGES,
  removeTaint,
  uncordon,
} from "../kubernetes/objects/node-object.ts";
import { Type } from "typebox";
import { replacePod } from "../namespaces/replace-pod.ts";
import type { Lab } from "../namespaces/lab.ts";
import { faultKind } from "./fault.ts";
import { nodeOf } from "./node-of.ts";
import { NodeParameter } from "./parameters.ts";

/**
 * What Kubernetes says of a node. Nothing breaks by that; what else is broken there is planned to be where somebody decided
 * it: NotReady alone is no plan.
 */

const NODE = Type.Object({ node: NodeParameter });

type Change = (object: NodeObject) => void;

/** Changes the node's object, and back when the fault is healed. */
const say = (
  lab: Lab,
  { node, what, id }: Readonly<Record<"node" | "what" | "id", string>>,
  { change, back }: { readonly change: Change; readonly back: Change },
) =>
  lab.broken.hold(`${node} is ${what}`, id, async (undo) => {
    const told = lab.node(node);
    undo.defer(() => nodeOf(lab, node)?.update(back));
    told.update(change);
  });

export const cordoned = faultKind({
  summary: "a node is cordoned",
  parameters: NODE,
  apply: (lab, { node }, id) =>
    say(lab, { node, what: "cordoned", id }, { change: cordon, back: uncordon }),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: ({ node }) => ({ planned: [node] }),
});

/** The kubelet says why its node is not ready, until the fault is healed. */
const sayNotReady = (lab: Lab, node: string, message: string, id: string) =>
  lab.broken.hold(`${node} is not ready: ${message}`, id, async (undo) => {
    const told = lab.node(node);
    undo.defer(() => nodeOf(lab, node)?.say(null));
    told.say(message);
  });

export const notReady = faultKind({
  summary: "a node's kubelet says that the node is not ready; all of it works",
  parameters: NODE,
  apply: (lab, { node }, id) => sayNotReady(lab, node, NOT_READY_MESSAGES.network, id),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: () => ({}),
});

export const shuttingDown = faultKind({
  summary: "a node's kubelet says that the node is shutting down, in good order",
  parameters: NODE,
  apply: (lab, { node }, id) => sayNotReady(lab, node, NOT_READY_MESSAGES.shutdown, id),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: ({ node }) => ({ planned: [node] }),
});

/** Of the cluster autoscaler, on a node that it is about to delete (kubernetes/autoscaler: utils/taints). */
const LEAVING = { key: "ToBeDeletedByClusterAutoscaler", effect: "NoSchedule" } as const;

export const leaving = faultKind({
  summary: "a node has the taint of the cluster autoscaler that is about to delete it",
  parameters: NODE,
  apply: (lab, { node }, id) =>
    say(
      lab,
      { node, what: "leaving", id },
      {
        change: (object) => addTaint(object, LEAVING),
        back: (object) => removeTaint(object, LEAVING.key),
      },
    ),
  heal: (lab, _, id) => lab.broken.release(id),
  effect: ({ node }) => ({ planned: [node] }),
});

export const deleting = faultKind({
  summary:
    "a node's pods are terminating, as in a drain or a rollout; others take their places when it is healed",
  parameters: NODE,
  apply: (lab, { node: name }, id) =>
    lab.broken.hold(`pods of ${name} terminate`, id, async (undo) => {
      const node = lab.node(name);
      for (const workload of ["ping", "pong"] as const) {
        const old = node.pods[workload];
        undo.defer(async () => {
          if (nodeOf(lab, name)?.pods[workload] === old) await replacePod(lab, name, workload);
        });
        old.terminate();
      }
      await lab.kubeProxy.settled();
    }),
  heal: (lab, _, id) => lab.broken.release(id),
  // An agent that terminates is not waited for, and a NodePort leads to no pong that does.
  effect: ({ node }) => ({
    planned: [node],
    maybeSilent: [node],
    onRow: ({ check, to }) =>
      check === "nodeport" && to.node === node
        ? { reasons: ["connect_timeout"], sure: true }
        : null,
  }),
});
