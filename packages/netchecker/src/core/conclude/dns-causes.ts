import { reasonCode } from "@netchecker/contract";
import { type Draft, draft } from "./draft.ts";
import { Claim } from "./claim.ts";
import { type Evidence, FAILED } from "./evidence.ts";
import { mayBeChance, rarityOf } from "./chance.ts";
import { dnsAnswers } from "./dns-answers.ts";
import { type DnsRetries, dnsRetries } from "./dns-retries.ts";
import { cutsOff, hidesBackend, hidesPods, losesPackets, partsGroups } from "./hindrance.ts";
import { claimTargets, isEverywhere, sourceTallies, targetsOf } from "./source-tallies.ts";

const MISMATCH = reasonCode("dns_mismatch");
/** More nodes than this do not lose DNS each for itself. */
const MOST_ALONE = 3;

/** What DNS loses to causes that are known: agents that are cut off, and groups that are apart from its servers. */
export function attributeDns(evidence: Evidence, found: readonly Draft[]): void {
  const targets = targetsOf(evidence, "service", "dns");
  const take = (cause: Draft, sources: readonly number[]) =>
    claimTargets(evidence, cause.claim, "service", targets, sources);
  for (const n of unanswered(evidence, targets)) {
    const cut = found.find((cause) => cutsOff(cause, n) || losesPackets(cause, n));
    if (cut) take(cut, [n]);
  }
  for (const groups of found.filter(partsGroups)) {
    const open = unanswered(evidence, targets);
    const asked = askers(evidence);
    const cut = asked.filter((n) => hidesBackend(groups, n));
    const failing = open.filter((n) => hidesBackend(groups, n));
    // The servers are on one side at least: where both miss them, they are down.
    const both = [groups.nodes, groups.peers].every((side) => side.some((n) => asked.includes(n)));
    if (isEverywhere(failing.length, both ? asked.length : cut.length)) continue;
    // A few may as well have a fault of their own; that is said of them then.
    if (failing.length > MOST_ALONE || isEverywhere(failing.length, sideOf(cut, failing, groups)))
      take(groups, failing);
  }
}

/** How many agents are on those sides of two groups on which some find no DNS. */
function sideOf(cut: readonly number[], failing: readonly number[], { nodes, peers }: Draft) {
  const sides = [nodes, peers].filter((side) => failing.some((n) => side.includes(n)));
  return cut.filter((n) => sides.some((side) => side.includes(n))).length;
}

/** The agents that asked DNS at all. */
function askers(evidence: Evidence): number[] {
  return [...evidence.nodes.keys()].filter((n) => dnsAnswers(evidence, n) !== null);
}

/** Those that no DNS server answered anything, which nothing explains yet. */
function unanswered(evidence: Evidence, targets: readonly number[]): number[] {
  return sourceTallies(evidence, "service", targets)
    .filter(({ n, failed }) => failed > 0 && !isWrong(evidence, targets, n))
    .map(({ n }) => n);
}

function isWrong(evidence: Evidence, targets: readonly number[], n: number): boolean {
  const { service } = evidence.round.matrices;
  return targets.some((target) => service.reasons[service.cell(n, target)] === MISMATCH);
}

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
    const claim = new Claim();
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
  takeHidden(evidence, targets, hider, tell);
  const sources = unanswered(evidence, targets);
  const named = found.some(({ kind, nodes }) => kind === "dns-answer" && nodes.length === 0);
  if (sources.length === 0) {
    if (!tell || named || hider || anyExplained(evidence, targets)) return [];
    const told = { layer: "dns" as const, failed: again, of, fact: "slow" };
    return [draft("dns", { ...told, candidates: ["dns-answer"], contradictedBy: of - again })];
  }
  const known = askers(evidence).length;
  const everywhere = isEverywhere(sources.length, sources.length + worksFor(evidence, targets));
  const apart = everywhere ? undefined : found.find(partsGroups);
  return eachOrAll(
    evidence,
    sources,
    everywhere ? sources.length : known,
    tell && !named,
    (some) => {
      const claim = new Claim();
      claimTargets(evidence, claim, "service", targets, some);
      const hidden = hider !== null && some.some((n) => dnsAnswers(evidence, n) === false);
      return draft("dns", {
        layer: "dns",
        claim,
        failed: some.length,
        of: known,
        // The alarm is the broken node's; that DNS went with it is its consequence.
        severity: hidden || apart ? "info" : null,
        candidates: [hidden ? hider.cause : undefined, apart].flatMap((cause) => cause?.kind ?? []),
        places: evidence.size,
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

/** A cause that may have taken the DNS servers along, or must have. */
interface Hider {
  readonly cause: Draft;
  readonly proven: boolean;
}

/**
 * DNS servers are pods too: they may all have been on a node that is broken. Where that node's own agent
 * finds them, and hardly anybody else does, they were.
 */
export function hiderOf(evidence: Evidence, found: readonly Draft[]): Hider | null {
  // Kubernetes takes the servers of nodes that it knows to be down out of the service.
  const causes = found.filter((cause) => !cause.expected && hidesPods(cause));
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

/** More than this are too many to be told one by one. */
const MOST_EACH = 8;

/** One finding for all where all are struck, or one server of some fails them all now and then. */
function eachOrAll(
  evidence: Evidence,
  sources: readonly number[],
  known: number,
  oneOfSome: boolean,
  make: (some: readonly number[]) => Draft,
): Draft[] {
  if (oneOfSome)
    return [{ ...make(sources), contradictedBy: known - sources.length, places: null }];
  if (isEverywhere(sources.length, known) || sources.length > MOST_EACH)
    return perSourceOrAll(evidence, sources, known, make);
  return sources.map((n) => ({ ...make([n]), nodes: [n], failed: 1, of: 1 }));
}

/** One finding for all where all are struck, or too many for chance; else one for each node. */
export function perSourceOrAll(
  evidence: Evidence,
  sources: readonly number[],
  known: number,
  make: (some: readonly number[]) => Draft,
): Draft[] {
  if (isEverywhere(sources.length, known) || sources.length > MOST_ALONE) {
    const all = make(sources);
    const rarity = rarityOf(evidence, all.claim, known);
    if (rarity === "common") {
      evidence.release(all.claim);
      return [];
    }
    const told = { ...all, contradictedBy: known - sources.length };
    return rarity === "rare" ? [told] : [mayBeChance(told)];
  }
  return sources.map((n) => ({ ...make([n]), nodes: [n], failed: 1, of: 1 }));
}
