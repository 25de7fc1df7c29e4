import type { Cause, Finding, FindingKind, RoundHead } from "@netchecker/contract";

/** Kinds that only the agents of the nodes themselves can see. */
const SEEN_FROM_WITHIN: ReadonlySet<FindingKind> = new Set([
  "cluster-ip",
  "dns",
  "dns-answer",
  "egress",
  "prober-starved",
  "local-exhaustion",
]);
/** What is known of agents and nodes without asking anybody. */
const OF_AGENTS: ReadonlySet<FindingKind> = new Set([
  "agent-missing",
  "agent-silent",
  "no-report",
  "left-out",
]);
/** While a node is like this, nobody can say what else is wrong with it. */
const HIDES: ReadonlySet<FindingKind> = new Set(["node-down", "node-cut-off"]);

/** What keeps a round from showing a finding. */
export interface Sight {
  readonly head: RoundHead;
  readonly missing: ReadonlySet<string>;
  readonly redisAway: boolean;
  /** Nodes of which nobody can say what else is wrong with them. */
  readonly hidden: ReadonlySet<string>;
}

export function sightOf(head: RoundHead, causes: readonly Cause[]): Sight {
  return {
    head,
    missing: new Set(head.missing.map(({ node }) => node)),
    redisAway: head.missing.some(({ why }) => why === "redis_away"),
    hidden: new Set(causes.filter(({ kind }) => HIDES.has(kind)).flatMap(({ nodes }) => nodes)),
  };
}

/**
 * Whether a round that does not show a finding could have shown it: then it is over. A round that lacks
 * the agents to ask says nothing.
 */
export function couldShow(finding: Finding, sight: Sight): boolean {
  const { head, missing } = sight;
  if (head.state !== "closed" || head.reported === 0) return false;
  if (sight.redisAway) return false;
  if (OF_AGENTS.has(finding.kind)) return true;
  const heard = (nodes: readonly string[]) => nodes.some((node) => !missing.has(node));
  if (finding.nodes.length === 0) return head.reported * 2 >= head.expected;
  if (isHidden(finding, sight)) return false;
  if (finding.peers.length > 0)
    return finding.direction === "out"
      ? heard(finding.nodes)
      : heard(finding.peers) || (finding.direction !== "in" && heard(finding.nodes));
  if (SEEN_FROM_WITHIN.has(finding.kind) || finding.direction === "out")
    return heard(finding.nodes);
  return head.reported > (heard(finding.nodes) && head.expected > 1 ? 1 : 0);
}

function isHidden({ kind, nodes, peers }: Finding, { hidden }: Sight): boolean {
  if (HIDES.has(kind)) return false;
  return nodes.some((node) => hidden.has(node)) || peers.some((node) => hidden.has(node));
}
