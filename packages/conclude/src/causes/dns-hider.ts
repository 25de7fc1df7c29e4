import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { cutsOff, hidesPods } from "../evidence/hindrance.ts";
import { dnsAnswers } from "./dns-answers.ts";

/** A cause that may have taken the DNS servers along, or must have. */
export interface Hider {
  readonly cause: Draft;
  readonly proven: boolean;
  /** Whether Kubernetes has taken the servers on its nodes out of the service: what still fails is another's fault. */
  readonly over: boolean;
}

/**
 * DNS servers are pods too: they may all have been on a node that is broken. Where that node's own agent
 * finds them, and hardly anybody else does, they were.
 */
export function hiderOf(evidence: Evidence, found: readonly Draft[]): Hider | null {
  const told = (cause: Draft, proven: boolean) => ({
    cause,
    proven,
    over: cause.nodes.length > 0 && cause.nodes.every((n) => evidence.kubernetes.leftServices(n)),
  });
  const causes = found.filter((cause) => !cause.planned && hidesPods(cause));
  const own = causes.find(
    ({ nodes, peers }) => peers.length === 0 && nodes.some((n) => dnsAnswers(evidence, n)),
  );
  if (own) return told(own, true);
  // A node whose own agent gets out and misses DNS as well does not hold the servers.
  const silent = causes.find((cause) =>
    [cause.nodes, cause.peers].some(
      (side) => side.length > 0 && side.every((n) => !evidence.heard(n) || cutsOff(cause, n)),
    ),
  );
  return silent ? told(silent, false) : null;
}
