import { reasonCode } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { ALL_CELLS, Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED } from "../evidence/outcome-state.ts";
import { partsGroups } from "../evidence/hindrance.ts";
import {
  claimTargets,
  isEverywhere,
  sourceTallies,
  targetsOf,
} from "../evidence/source-tallies.ts";
import { askers, dnsAnswers, unanswered } from "./dns-answers.ts";
import { type Hider, hiderOf } from "./dns-hider.ts";
import { type DnsRetries, dnsRetries } from "./dns-retries.ts";
import { eachOrAll } from "./per-source.ts";

const MISMATCH = reasonCode("dns_mismatch");

/** Whether the cluster's names are answered, and rightly: everywhere, from some nodes, from one. */
export function dnsCauses(evidence: Evidence, found: readonly Draft[]): Draft[] {
  const targets = targetsOf(evidence, "service", "dns");
  const retries = dnsRetries(evidence, targets, found);
  const wrong = wrongAnswers(evidence, targets, retries.tell);
  return [...wrong, ...noAnswers(evidence, targets, [...found, ...wrong], retries)];
}

function wrongAnswers(evidence: Evidence, targets: readonly number[], oneOfSome: boolean): Draft[] {
  const { service } = evidence.round.matrices;
  const tallies = sourceTallies(evidence, "service", targets);
  const wrong = (n: number) =>
    targets.filter((target) => {
      const cell = service.cell(n, target);
      return service.reasons[cell] === MISMATCH && evidence.states.service[cell] === FAILED;
    });
  const sources = tallies.map(({ n }) => n).filter((n) => wrong(n).length > 0);
  if (sources.length === 0) return [];
  const [first] = sources;
  const cell = service.cell(first!, wrong(first!)[0]!);
  return eachOrAll(evidence, sources, tallies.length, oneOfSome, (some) => {
    const claim = new Claim(ALL_CELLS);
    for (const n of some) claimTargets(evidence, claim, "service", wrong(n), [n]);
    return draft("dns-answer", {
      layer: "dns",
      claim,
      failed: some.length,
      of: tallies.length,
      fact: service.detail.get(cell) ?? null,
    });
  });
}

function noAnswers(
  evidence: Evidence,
  targets: readonly number[],
  found: readonly Draft[],
  { tell, again, of }: DnsRetries,
): Draft[] {
  const hider = hiderOf(evidence, found);
  takeHidden(evidence, targets, hider?.over ? null : hider, tell);
  const sources = unanswered(evidence, targets);
  const named = found.some(({ kind, nodes }) => kind === "dns-answer" && nodes.length === 0);
  if (sources.length === 0) {
    if (!tell || named || (hider && !hider.over) || anyExplained(evidence, targets)) return [];
    const told = { layer: "dns" as const, failed: again, of, fact: "slow" };
    return [draft("dns", { ...told, candidates: ["dns-answer"], contradictedBy: of - again })];
  }
  const known = askers(evidence).length;
  const everywhere = isEverywhere(sources.length, sources.length + worksFor(evidence, targets));
  const apart = everywhere ? undefined : found.find(partsGroups);
  // Where nobody has DNS it is an outage of its own, whatever took the servers along.
  const total = askers(evidence).every((n) => dnsAnswers(evidence, n) === false);
  return eachOrAll(
    evidence,
    sources,
    everywhere ? sources.length : known,
    tell && !named,
    (some) => {
      const claim = new Claim(ALL_CELLS);
      claimTargets(evidence, claim, "service", targets, some);
      const hidden = hider !== null && some.some((n) => dnsAnswers(evidence, n) === false);
      return draft("dns", {
        layer: "dns",
        claim,
        failed: some.length,
        of: known,
        // The alarm is the broken node's; that DNS went with it is its consequence.
        severity: (hidden && !total && !hider.over) || apart ? "info" : null,
        candidates: [hidden ? hider.cause : undefined, apart].flatMap((cause) => cause?.kind ?? []),
        places: total ? null : evidence.size,
        fact: hidden ? hider.cause.nodes.map((n) => evidence.nodes[n]!).join(", ") : null,
      });
    },
  );
}

/** What DNS servers on a broken node do not answer. A reply, be it a bad one, comes from elsewhere. */
function takeHidden(
  evidence: Evidence,
  targets: readonly number[],
  hider: Hider | null,
  oneOfSome: boolean,
): void {
  const silent = unanswered(evidence, targets).filter((n) => dnsAnswers(evidence, n) === false);
  if (!hider || silent.length === 0) return;
  const all = isEverywhere(silent.length, silent.length + worksFor(evidence, targets));
  if (all && silent.length > 1 ? hider.proven : oneOfSome)
    claimTargets(evidence, hider.cause.claim, "service", targets, silent);
}

/** How many agents DNS serves. */
function worksFor(evidence: Evidence, targets: readonly number[]): number {
  return sourceTallies(evidence, "service", targets).filter(({ works }) => works > 0).length;
}

function anyExplained(evidence: Evidence, targets: readonly number[]): boolean {
  const { service } = evidence.round.matrices;
  return [...evidence.nodes.keys()].some((n) =>
    targets.some((target) => {
      const cell = service.cell(n, target);
      return evidence.failedAt("service", cell) && evidence.states.service[cell] !== FAILED;
    }),
  );
}
