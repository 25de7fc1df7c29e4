import type { FindingKind } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import type { Draft } from "../evidence/draft.ts";

/** From so many nodes on, what is wrong with each of them in the same way is told once. */
const MANY = 3;
/** So many that are down have something in common, if only that somebody has to look at all of them. */
const MANY_DOWN = 4;

/** What strikes nodes or agents one by one: they have a reason in common, not a fault in the network between them. */
export const JOINED_KINDS: ReadonlySet<FindingKind> = new Set([
  "agent-missing",
  "agent-silent",
  "prober-starved",
  "node-down",
  "not-ready",
]);

/** An image that cannot be pulled, a CPU limit that is too low: one cause for many nodes, not one for each. */
export function joinAlike(found: readonly Draft[]): Draft[] {
  const alike = Map.groupBy(found, (cause) => (isOfOneNode(cause) ? wordsOf(cause) : cause));
  return [...alike.values()].flatMap((some) =>
    some.length < (some[0]!.kind === "node-down" ? MANY_DOWN : MANY) ? some : [join(some)],
  );
}

/** What is planned at a node, and what some nodes have in common, stays for itself. */
function isOfOneNode({ kind, nodes, planned, failed }: Draft): boolean {
  if (kind === "node-down") return nodes.length === 1 && !planned && failed > 0;
  return JOINED_KINDS.has(kind);
}

/** How long an agent was held back is its own; what Kubernetes says of a pod is what they have in common. */
function wordsOf({ kind, planned, fact, severity }: Draft): string {
  const own = kind === "prober-starved" || kind === "node-down";
  return JSON.stringify([kind, planned, own ? null : fact, own ? null : severity]);
}

function join(some: readonly Draft[]): Draft {
  const claim = new Claim();
  for (const each of some) claim.join(each.claim);
  const sum = (of: (cause: Draft) => number) => some.reduce((total, each) => total + of(each), 0);
  return {
    ...some[0]!,
    nodes: some.flatMap(({ nodes }) => nodes).toSorted((a, b) => a - b),
    claim,
    failed: sum(({ failed }) => failed),
    of: sum(({ of }) => of),
    candidates: [...new Set(some.flatMap(({ candidates }) => candidates))],
    fact: some[0]!.kind === "prober-starved" ? null : some[0]!.fact,
  };
}
