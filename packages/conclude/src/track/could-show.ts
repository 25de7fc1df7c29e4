import type { Cause, Finding, FindingKind, RoundHead } from "@netchecker/contract";

/** Kinds that only the affected node's own agent can see. */
const SEEN_BY_OWN_AGENT: ReadonlySet<FindingKind> = new Set([
  "cluster-ip",
  "dns",
  "dns-answer",
  "egress",
  "prober-starved",
  "local-exhaustion",
]);
/** Kinds that netchecker knows without any report. */
const KNOWN_WITHOUT_REPORTS: ReadonlySet<FindingKind> = new Set([
  "agent-missing",
  "agent-silent",
  "no-report",
  "left-out",
]);
/** While a node has such a finding, nobody can see its other faults. */
const HIDING_KINDS: ReadonlySet<FindingKind> = new Set(["node-down", "node-cut-off"]);

/** What a round could see, and what it could not. */
export interface Visibility {
  readonly head: RoundHead;
  readonly missing: ReadonlySet<string>;
  readonly redisAway: boolean;
  /** Nodes whose other faults nobody can see. */
  readonly hidden: ReadonlySet<string>;
}

export function visibilityOf(head: RoundHead, causes: readonly Cause[]): Visibility {
  return {
    head,
    missing: new Set(head.missing.map(({ node }) => node)),
    redisAway: head.missing.some(({ why }) => why === "redis_away"),
    hidden: new Set(
      causes.filter(({ kind }) => HIDING_KINDS.has(kind)).flatMap(({ nodes }) => nodes),
    ),
  };
}

/**
 * Whether a round that does not show a finding could have shown it. If it could, the finding is over. If the
 * agents that would see it did not report, the round says nothing about it.
 */
export function couldShow(finding: Finding, visibility: Visibility): boolean {
  const { head, missing } = visibility;
  if (head.state !== "closed" || head.reported === 0) return false;
  if (visibility.redisAway) return false;
  if (KNOWN_WITHOUT_REPORTS.has(finding.kind)) return true;
  const heard = (nodes: readonly string[]) => nodes.some((node) => !missing.has(node));
  if (finding.nodes.length === 0) return head.reported * 2 >= head.expected;
  if (isHidden(finding, visibility)) return false;
  if (finding.peers.length > 0)
    return finding.direction === "out"
      ? heard(finding.nodes)
      : heard(finding.peers) || (finding.direction !== "in" && heard(finding.nodes));
  if (SEEN_BY_OWN_AGENT.has(finding.kind) || finding.direction === "out")
    return heard(finding.nodes);
  return head.reported > (heard(finding.nodes) && head.expected > 1 ? 1 : 0);
}

function isHidden({ kind, nodes, peers }: Finding, { hidden }: Visibility): boolean {
  if (HIDING_KINDS.has(kind)) return false;
  return nodes.some((node) => hidden.has(node)) || peers.some((node) => hidden.has(node));
}
