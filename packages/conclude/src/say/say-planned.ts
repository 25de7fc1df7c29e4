import type { PlannedWhy } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import type { Where } from "../evidence/where.ts";

const WHY: Readonly<Record<PlannedWhy, string>> = {
  node_cordoned: "the node is cordoned",
  node_not_ready: "Kubernetes says the node is NotReady",
  node_deleting: "the node is being deleted",
  pod_terminating: "its pod is terminating",
  node_gone: "the node went away during the round",
  pod_gone: "its pod went away during the round",
  node_leaving: "a taint says that the node will be taken away",
  node_shutting_down: "the node shuts down in good order",
  node_starting: "the node is new",
  node_returning: "the node is Ready again, and its pods are yet to be",
  pod_starting: "its pod is starting",
};

/** The same reasons for several nodes. */
const WHY_MANY: Readonly<Record<PlannedWhy, string>> = {
  node_cordoned: "the nodes are cordoned",
  node_not_ready: "Kubernetes says the nodes are NotReady",
  node_deleting: "the nodes are being deleted",
  pod_terminating: "their pods are terminating",
  node_gone: "the nodes went away during the round",
  pod_gone: "their pods went away during the round",
  node_leaving: "taints say that the nodes will be taken away",
  node_shutting_down: "the nodes shut down in good order",
  node_starting: "the nodes are new",
  node_returning: "the nodes are Ready again, and their pods are yet to be",
  pod_starting: "their pods are starting",
};

/** A planned change. It is shown, but is never an alarm. */
export function sayPlanned(cause: Draft, { nodes, count }: Where): string {
  const { kind, fact } = cause;
  const many = cause.nodes.length > 1;
  const why = (many ? WHY_MANY : WHY)[fact as PlannedWhy] ?? fact;
  if (kind === "left-out")
    return `${fact} (${nodes}). What fails there is no alarm. Look at whether so many are meant to be away at once.`;
  if (kind === "undetermined")
    return `${nodes}: the kubelet's port does not answer (${count}), as planned: ${why}.`;
  if (kind === "node-down") return `${nodes}: not reached (${count}), as planned: ${why}.`;
  if (kind === "pong") return `${nodes}: its pong does not answer (${count}), as planned: ${why}.`;
  const agents = many ? "their agents do not report" : "its agent does not report";
  return `${nodes}: ${agents}, as planned${why ? `: ${why}` : ""}.`;
}
