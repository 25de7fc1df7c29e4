import { entryOf } from "@netchecker/round/entry-of";
import type { Cause, FindingKind } from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import type { FindingsMemory, Tracked } from "./findings-memory.ts";
import { fellSilent } from "./match-causes.ts";

/** Kinds of findings about nodes whose agents did not report. Such a finding has both directions. */
const KINDS_OF_SILENT_NODES: ReadonlySet<FindingKind> = new Set([
  "node-down",
  "not-ready",
  "firewall",
  "undetermined",
]);

/**
 * Nodes that were down in the round before, or have booted since. When such a node comes back during a round,
 * the other agents may have probed it before it was up, although its own agent reports.
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
  // The agent of a node behind a firewall can report. A firewall finding means silence only if it may be a NotReady
  // node.
  if (kind === "firewall" && !candidates.includes("not-ready")) return false;
  return (
    KINDS_OF_SILENT_NODES.has(kind) &&
    direction === "both" &&
    layer === "node" &&
    peers.length === 0
  );
}

/** Whether a cause says that a node was not reached at first, and then reported again. */
export function isComingBack({ kind, candidates }: Cause): boolean {
  return kind === "undetermined" && candidates.includes("node-down");
}
