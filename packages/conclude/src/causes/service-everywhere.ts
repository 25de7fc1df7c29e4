import { type Draft, draft } from "../evidence/draft.ts";
import { Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import {
  claimTargets,
  isEverywhere,
  sourceTallies,
  targetsOf,
} from "../evidence/source-tallies.ts";

/** The service answers from nowhere: no backends or, where DNS's ClusterIP fails as well, no kube-proxy. */
export function serviceEverywhere(evidence: Evidence): Draft | null {
  const targets = targetsOf(evidence, "service", "clusterip");
  const dns = targetsOf(evidence, "service", "dns");
  const tallies = sourceTallies(evidence, "service", targets);
  const failing = tallies.filter((tally) => tally.failed > 0 && tally.works === 0);
  const sources = failing.map(({ n }) => n).filter((n) => !anyAnswer(evidence, n, targets));
  if (!isEverywhere(sources.length, tallies.length) || sources.length * 2 < evidence.heardCount)
    return null;
  const withoutDns = sourceTallies(evidence, "service", dns).filter(({ failed }) => failed > 0);
  const allDns = isEverywhere(withoutDns.length, tallies.length);
  const claim = new Claim();
  claimTargets(evidence, claim, "service", targets, sources);
  if (allDns) claimTargets(evidence, claim, "service", dns, sources);
  return draft(allDns ? "cluster-ip" : "service-backend", {
    layer: "service",
    direction: allDns ? "out" : null,
    candidates: allDns ? [] : ["cluster-ip"],
    claim,
    failed: sources.length,
    of: tallies.length,
    contradictedBy: tallies.length - sources.length,
  });
}

/** Whether some backend answered an agent some connection to the service. */
export function anyAnswer(evidence: Evidence, n: number, targets: readonly number[]): boolean {
  const { service } = evidence.round.matrices;
  return targets.some((target) => service.answeredBy.has(service.cell(n, target)));
}
