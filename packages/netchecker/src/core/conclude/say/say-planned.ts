import type { ExpectedWhy } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import type { Where } from "./say-where.ts";

const WHY: Readonly<Record<ExpectedWhy, string>> = {
  node_cordoned: "the node is cordoned",
  node_not_ready: "Kubernetes says the node is NotReady",
  node_deleting: "the node is being deleted",
  pod_terminating: "its pod is terminating",
  node_gone: "the node went away during the round",
  pod_gone: "its pod went away during the round",
  node_starting: "the node is new",
  pod_starting: "its pod is starting",
};

/** A planned change, shown and never an alarm. */
export function sayPlanned({ kind, fact }: Draft, { nodes, count }: Where): string {
  const why = WHY[fact as ExpectedWhy] ?? fact;
  if (kind === "node-down") return `${nodes}: not reached (${count}), as expected: ${why}.`;
  if (kind === "pong") return `${nodes}: its pong does not answer (${count}), as expected: ${why}.`;
  return `${nodes}: its agent does not report, as expected${why ? `: ${why}` : ""}.`;
}
