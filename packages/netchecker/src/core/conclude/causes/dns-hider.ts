import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { cutsOff, hidesPods } from "../evidence/hindrance.ts";
import { dnsAnswers } from "./dns-answers.ts";

/** A cause that may have taken the DNS servers along, or must have. */
export interface Hider {
  readonly cause: Draft;
  readonly proven: boolean;
}

/**
 * DNS servers are pods too: they may all have been on a node that is broken. Where that node's own agent
 * finds them, and hardly anybody else does, they were.
 */
export function hiderOf(evidence: Evidence, found: readonly Draft[]): Hider | null {
  // Kubernetes takes the servers of nodes that it knows to be down out of the service.
  const causes = found.filter((cause) => !cause.planned && hidesPods(cause));
  const own = causes.find(
    ({ nodes, peers }) => peers.length === 0 && nodes.some((n) => dnsAnswers(evidence, n)),
  );
  if (own) return { cause: own, proven: true };
  // A node whose own agent gets out and misses DNS as well does not hold the servers.
  const silent = causes.find((cause) =>
    [cause.nodes, cause.peers].some(
      (side) => side.length > 0 && side.every((n) => !evidence.heard(n) || cutsOff(cause, n)),
    ),
  );
  return silent ? { cause: silent, proven: false } : null;
}
