import { type Draft, draft } from "../evidence/draft.ts";
import { ALL_CELLS, Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED, WORKS } from "../evidence/outcome-state.ts";
import { refuses } from "../evidence/firewall.ts";
import { dnsAnswers, isReply } from "./dns-answers.ts";
import { cutsOff, cutsOffWholly, losesPackets, partsGroups } from "../evidence/hindrance.ts";
import {
  claimTargets,
  isEverywhere,
  sourceTallies,
  type SourceTally,
  targetsOf,
} from "../evidence/source-tallies.ts";
import { hiderOf } from "./dns-hider.ts";
import { perSourceOrAll } from "./per-source.ts";

/** The way out of the cluster: from everywhere, from one node, or to one target. */
export function egressCauses(evidence: Evidence, found: readonly Draft[]): Draft[] {
  const targets = targetsOf(evidence, "external", "connect", "http");
  attribute(evidence, found, targets);
  return [...wholeTargets(evidence, targets), ...wholeSources(evidence, targets)];
}

/** An agent that is cut off, or whose names are not answered, does not reach the outside either. */
function attribute(evidence: Evidence, found: readonly Draft[], targets: readonly number[]): void {
  const failing = () =>
    sourceTallies(evidence, "external", targets).filter(({ failed }) => failed > 0);
  for (const { n } of failing()) {
    const cut = found.find((cause) => cutsOffWholly(cause, n) || losesPackets(cause, n));
    if (cut) claimTargets(evidence, cut.claim, "external", targets, [n]);
    const names = found.find(
      (cause) => (NAMES.has(cause.kind) && isAt(cause.nodes, n)) || cutsOff(cause, n),
    );
    if (names)
      claimTargets(evidence, names.claim, "external", namelessOf(evidence, targets, n), [n]);
  }
  const hider = hiderOf(evidence, found)?.cause ?? found.find(partsGroups);
  const withoutNames = failing().filter(({ n }) => namelessOf(evidence, targets, n).length > 0);
  if (!hider || withoutNames.length === 0) return;
  const asAreClusterNames = isExplicable(evidence, withoutNames.length);
  for (const { n } of withoutNames) {
    const silent = namelessOf(evidence, targets, n).filter((target) =>
      isSilent(evidence, n, target),
    );
    if (asAreClusterNames || dnsAnswers(evidence, n) === false)
      claimTargets(evidence, hider.claim, "external", silent, [n]);
  }
}

const NAMES = new Set(["dns", "dns-answer", "cluster-ip"]);
const isAt = (nodes: readonly number[], n: number) => nodes.length === 0 || nodes.includes(n);

/** The targets whose names an agent did not find out. */
function namelessOf(evidence: Evidence, targets: readonly number[], n: number): number[] {
  const { external } = evidence.round.matrices;
  return targets.filter(
    (target) => evidence.reasonAt("external", external.cell(n, target)) === "dns_failure",
  );
}

/** Whether no DNS server replied anything: one that does was reached. */
function isSilent(evidence: Evidence, n: number, target: number): boolean {
  const { external } = evidence.round.matrices;
  return !isReply(external.detail.get(external.cell(n, target)));
}

/** Names outside need several queries, so they fail more often than the cluster's; not ever so much more. */
const MORE_OFTEN = 0.35;

function isExplicable(evidence: Evidence, withoutNames: number): boolean {
  const answers = [...evidence.nodes.keys()].map((n) => dnsAnswers(evidence, n));
  const asked = answers.filter((each) => each !== null).length;
  const missed = answers.filter((each) => each === false).length;
  return missed > 0 && withoutNames / asked <= missed / asked + MORE_OFTEN;
}

/** Targets that hardly anybody reaches: the target itself, or, when it is all of them, the way out. */
function wholeTargets(evidence: Evidence, targets: readonly number[]): Draft[] {
  const dead = targets.filter((target) => {
    const tallies = sourceTallies(evidence, "external", [target]);
    const failing = tallies.filter(({ failed }) => failed > 0);
    return failing.length > 0 && isEverywhere(failing.length, tallies.length);
  });
  if (dead.length === 0) return [];
  const all = dead.length === targets.length;
  if (all && targets.length > 1) return [overTargets(evidence, dead, null)];
  return dead.map((target) =>
    overTargets(evidence, [target], evidence.round.plan.targets.external[target]!.name),
  );
}

function overTargets(evidence: Evidence, dead: readonly number[], target: string | null): Draft {
  const tallies = sourceTallies(evidence, "external", dead);
  const sources = tallies.filter(({ failed }) => failed > 0).map(({ n }) => n);
  const claim = new Claim();
  claimTargets(evidence, claim, "external", dead, sources);
  const told = {
    layer: "external" as const,
    direction: "out" as const,
    target,
    claim,
    failed: sources.length,
    of: tallies.length,
    contradictedBy: tallies.length - sources.length,
    places: 1,
  };
  if (target !== null) {
    const only = targetsOf(evidence, "external", "connect", "http").length === 1;
    return draft("external-target", { ...told, candidates: only ? ["egress"] : [] });
  }
  if (refuses(claim, false)) return draft("firewall", { ...told, candidates: ["egress"] });
  const nameless = claim.share("dns_failure") > 0.5;
  return draft("egress", { ...told, candidates: nameless ? ["dns"] : [] });
}

/** Nodes from which nothing outside is reached. */
function wholeSources(evidence: Evidence, targets: readonly number[]): Draft[] {
  const tallies = sourceTallies(evidence, "external", targets);
  const shut = tallies.filter((tally) => isShut(evidence, tally, targets)).map(({ n }) => n);
  if (shut.length === 0) return [];
  const known = evidence.nodes.filter((_, n) => evidence.heard(n)).length;
  return perSourceOrAll(evidence, shut, known, (some) => {
    const claim = new Claim(ALL_CELLS);
    claimTargets(evidence, claim, "external", targets, some);
    const told = {
      layer: "external" as const,
      direction: "out" as const,
      claim,
      failed: some.length,
      of: tallies.length,
      places: evidence.size,
    };
    return refuses(claim, false)
      ? draft("firewall", { ...told, candidates: ["egress"] })
      : draft("egress", told);
  });
}

/** Everything that is left to judge fails: also what others were found to miss as well. */
function isShut(evidence: Evidence, { n, failed }: SourceTally, targets: readonly number[]) {
  const { external } = evidence.round.matrices;
  if (failed === 0) return false;
  return targets.every((target) => {
    const state = evidence.states.external[external.cell(n, target)];
    return state !== WORKS && (state === FAILED || targets.length > 1);
  });
}
