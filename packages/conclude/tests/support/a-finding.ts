import type { Finding } from "@netchecker/contract";

/** A finding about a node that has been down since round 7. */
export function aFinding(with_: Partial<Finding> = {}): Finding {
  return {
    id: "node-down-node-3-7",
    kind: "node-down",
    severity: "critical",
    nodes: ["node-3"],
    peers: [],
    layer: "node",
    direction: "both",
    target: null,
    candidates: [],
    summary: "node-3: down.",
    evidence: { explains: 1, ofFailures: 1, contradictedBy: 0, examples: [] },
    planned: false,
    next: [],
    state: "ongoing",
    since: { round: 7, at: "2026-11-22T23:51:10.123Z" },
    lastSeen: { round: 7, at: "2026-11-22T23:51:10.123Z" },
    rounds: 2,
    flaps: 0,
    changes: [],
    ...with_,
  };
}
