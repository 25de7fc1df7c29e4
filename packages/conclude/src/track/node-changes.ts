import type { ClusterView, NodeRecord } from "@netchecker/round/cluster-view";
import { entryOf } from "@netchecker/round/entry-of";
import { digits } from "../say/phrases.ts";
import type { FindingsMemory, NodeChange, NodeFacts } from "./findings-memory.ts";

/** A change up to this many rounds before a finding's onset may have caused it. */
const LOOK_BACK_ROUNDS = 10;
const MAX_CHANGES_REMEMBERED = 2_000;
/** A finding about many nodes could have very many changes. */
const MAX_CHANGES_SHOWN = 12;

type Remembered = Pick<FindingsMemory, "nodes" | "changes">;

/** Remembers what Kubernetes tells of the nodes now, and notes what changed since the round before. */
export function noteChanges(memory: Remembered, view: ClusterView, round: number): Remembered {
  const first = Object.keys(memory.nodes).length === 0;
  const fresh = view.nodes.flatMap((node) =>
    first
      ? []
      : changesOf(entryOf(memory.nodes, node.name), node).map((what) => ({ ...what, round })),
  );
  return {
    nodes: Object.fromEntries(view.nodes.map((node) => [node.name, factsOf(node)])),
    changes: [...memory.changes, ...fresh]
      .filter((change) => round - change.round <= LOOK_BACK_ROUNDS)
      .slice(-MAX_CHANGES_REMEMBERED),
  };
}

/**
 * The recent changes of some nodes in words, oldest first. Beyond the first few it only says how many more there are.
 */
export function changesAt(changes: readonly NodeChange[], nodes: readonly string[]): string[] {
  const of = new Set(nodes);
  const all = changes.filter(({ node }) => of.has(node)).map(({ what }) => what);
  const more = all.length - MAX_CHANGES_SHOWN;
  return more > 0 ? [...all.slice(0, MAX_CHANGES_SHOWN), `and ${digits(more)} more`] : all;
}

function factsOf({
  bootId,
  kernelVersion,
  kubeletVersion,
  ready,
  cordoned,
}: NodeRecord): NodeFacts {
  return { bootId, kernelVersion, kubeletVersion, ready, cordoned };
}

function changesOf(was: NodeFacts | undefined, is: NodeRecord): { node: string; what: string }[] {
  const { name } = is;
  if (!was) return [{ node: name, what: `${name} is new` }];
  const changed = (key: "bootId" | "kernelVersion" | "kubeletVersion") =>
    was[key] !== "" && is[key] !== "" && was[key] !== is[key];
  const version = (what: string, key: "kernelVersion" | "kubeletVersion") =>
    changed(key) ? `${name}: ${what} ${was[key]} → ${is[key]}` : null;
  const told = [
    changed("bootId") ? `${name} rebooted` : null,
    version("kernel", "kernelVersion"),
    version("kubelet", "kubeletVersion"),
    was.cordoned === is.cordoned ? null : `${name} ${is.cordoned ? "cordoned" : "uncordoned"}`,
    was.ready === is.ready ? null : `${name} became ${is.ready ? "Ready" : "NotReady"}`,
  ];
  return told.flatMap((what) => (what === null ? [] : [{ node: name, what }]));
}
