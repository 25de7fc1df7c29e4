import { entryOf } from "@netchecker/round/entry-of";
import type { Cause, FindingKind } from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { FindingsMemory, Tracked } from "./findings-memory.ts";
import { fellSilent } from "./match-causes.ts";

/** What was told of nodes of which nothing was heard; in both directions, for nothing came from there. */
const OF_SILENT: ReadonlySet<FindingKind> = new Set([
  "node-down",
  "not-ready",
  "firewall",
  "undetermined",
]);

/**
 * Nodes that were down in the round before, or have booted since. In the round in which such a node comes
 * back, the others probed it before its own agent ran.
 */
export function cameBack(
  { findings, nodes }: Pick<FindingsMemory, "findings" | "nodes">,
  view: ClusterView,
): ReadonlySet<string> {
  const booted = view.nodes.filter(({ name, bootId }) => {
    const was = entryOf(nodes, name)?.bootId ?? "";
    return was !== "" && bootId !== "" && was !== bootId;
  });
  return new Set([
    ...findings.filter(wasSilent).flatMap(({ finding }) => finding.nodes),
    ...booted.map(({ name }) => name),
  ]);
}

function wasSilent({ finding, marks }: Tracked): boolean {
  if (marks.endsWith("0")) return false;
  const { kind, direction, layer, peers, candidates } = finding;
  if (fellSilent(finding)) return true;
  // Behind a firewall an agent may well report; one of which nothing is heard may run nothing at all.
  if (kind === "firewall" && !candidates.includes("not-ready")) return false;
  return OF_SILENT.has(kind) && direction === "both" && layer === "node" && peers.length === 0;
}

/** Whether it is told of a node that it was not reached before it reported again. */
export function isComingBack({ kind, candidates }: Cause): boolean {
  return kind === "undetermined" && candidates.includes("node-down");
}
