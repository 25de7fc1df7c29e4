import type { FindingKind } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import type { Draft } from "../evidence/draft.ts";

/** From so many nodes on, what is wrong with each of them in the same way is told once. */
const MANY = 3;

/** What strikes agents one by one: the nodes have a reason in common, not a fault in the network. */
export const JOINED_KINDS: ReadonlySet<FindingKind> = new Set([
  "agent-missing",
  "agent-silent",
  "prober-starved",
]);

/** An image that cannot be pulled, a CPU limit that is too low: one cause for many nodes, not one for each. */
export function joinAlike(found: readonly Draft[]): Draft[] {
  const alike = Map.groupBy(found, (cause) =>
    JOINED_KINDS.has(cause.kind) ? wordsOf(cause) : cause,
  );
  return [...alike.values()].flatMap((some) => (some.length < MANY ? some : [join(some)]));
}

/** How long an agent was held back is its own; what Kubernetes says of a pod is what they have in common. */
function wordsOf({ kind, planned, fact }: Draft): string {
  return JSON.stringify([kind, planned, kind === "prober-starved" ? null : fact]);
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
    fact: some[0]!.kind === "prober-starved" ? null : some[0]!.fact,
  };
}
