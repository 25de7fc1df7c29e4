import { type FindingKind, NOT_PROBED_CODE } from "@netchecker/contract";
import type { Draft } from "./draft.ts";
import { draft } from "./draft.ts";
import { Claim } from "./claim.ts";
import { type Evidence, FAILED, WORKS } from "./evidence.ts";
import { rarityOf } from "./chance.ts";
import { dnsAnswers, mostHaveDns } from "./dns-answers.ts";
import { cutsOff, hidesBackend, partsGroups } from "./hindrance.ts";
import { claimTargets, isEverywhere, sourceTallies, targetsOf } from "./source-tallies.ts";

/** The service behind its ClusterIP: what broken nodes and pongs do to it, kube-proxy, dead backends. */
export function serviceCauses(evidence: Evidence, found: readonly Draft[]): Draft[] {
  const targets = targetsOf(evidence, "service", "clusterip");
  const dns = targetsOf(evidence, "service", "dns");
  attribute(evidence, found, targets);
  const groups = found.find(partsGroups);
  return [
    ...everywhere(evidence, targets, dns),
    ...kubeProxies(evidence, targets, dns, groups?.kind ?? null),
    ...deadBackend(evidence, targets),
  ];
}

/** A ClusterIP leads to any backend: where some are known to be out of reach, it fails now and then. */
function attribute(evidence: Evidence, found: readonly Draft[], targets: readonly number[]): void {
  for (const { n, failed } of sourceTallies(evidence, "service", targets)) {
    const cut = failed > 0 ? found.find((cause) => cutsOff(cause, n)) : undefined;
    if (cut) claimTargets(evidence, cut.claim, "service", targets, [n]);
    const hides = failed > 0 ? found.find((cause) => hidesBackend(cause, n)) : undefined;
    if (!hides) continue;
    const unlucky = isUnlucky(evidence, n);
    for (const target of targets)
      if (unlucky || backendIsToBlame(evidence, n, target))
        claimTargets(evidence, hides.claim, "service", [target], [n]);
  }
}

/** So many connections does ping make to the service, each to any backend. */
const CONNECTIONS = 3;
const LIKELY = 0.05;
/** Of two DNS servers one is out of reach, and three attempts meet it. */
const MISSES_DNS = 1 / 8;

/** Whether it is no rare bad luck that an agent meets only backends out of reach. */
function isUnlucky(evidence: Evidence, n: number): boolean {
  return !dnsIsOpen(evidence, n) && hiddenShare(evidence, n) ** CONNECTIONS > LIKELY;
}

/** Whether it may be bad luck that an agent meets only backends out of reach, and no DNS server either. */
function maybeUnlucky(evidence: Evidence, n: number): boolean {
  const allHidden = hiddenShare(evidence, n) ** CONNECTIONS;
  return evidence.size * allHidden * MISSES_DNS > LIKELY;
}

function dnsIsOpen(evidence: Evidence, n: number): boolean {
  const { service } = evidence.round.matrices;
  return targetsOf(evidence, "service", "dns").some(
    (target) => evidence.states.service[service.cell(n, target)] === FAILED,
  );
}

/** The share of pongs that an agent does not reach. */
function hiddenShare(evidence: Evidence, n: number): number {
  const { pod } = evidence.round.matrices;
  let failed = 0;
  let known = 0;
  for (let cell = pod.cell(n, 0); cell < pod.cell(n + 1, 0); cell += 1) {
    if (pod.reasons[cell] === NOT_PROBED_CODE) continue;
    known += 1;
    if (evidence.failedAt("pod", cell)) failed += 1;
  }
  return known === 0 ? 0 : failed / known;
}

/** Some connections were answered, or DNS works by the same kube-proxy: then the backend is to blame. */
function backendIsToBlame(evidence: Evidence, n: number, target: number): boolean {
  const { service } = evidence.round.matrices;
  if (service.answeredBy.has(service.cell(n, target))) return true;
  return dnsAnswers(evidence, n) !== false || !mostHaveDns(evidence);
}

function everywhere(evidence: Evidence, targets: readonly number[], dns: readonly number[]) {
  const tallies = sourceTallies(evidence, "service", targets);
  const failing = tallies.filter((tally) => tally.failed > 0 && tally.works === 0);
  const unanswered = failing.filter(({ n }) => !anyAnswer(evidence, n, targets));
  const heard = evidence.nodes.filter((_, n) => evidence.heard(n)).length;
  if (!isEverywhere(unanswered.length, tallies.length) || unanswered.length * 2 < heard) return [];
  const sources = unanswered.map(({ n }) => n);
  const withoutDns = sourceTallies(evidence, "service", dns).filter(({ failed }) => failed > 0);
  const allDns = isEverywhere(withoutDns.length, tallies.length);
  const claim = new Claim();
  claimTargets(evidence, claim, "service", targets, sources);
  if (allDns) claimTargets(evidence, claim, "service", dns, sources);
  return [
    draft(allDns ? "cluster-ip" : "service-backend", {
      layer: "service",
      direction: allDns ? "out" : null,
      candidates: allDns ? [] : ["cluster-ip"],
      claim,
      failed: sources.length,
      of: tallies.length,
      contradictedBy: tallies.length - sources.length,
    }),
  ];
}

/** Neither the service nor DNS answers at any ClusterIP, and pods are reached: kube-proxy of the node. */
function kubeProxies(
  evidence: Evidence,
  targets: readonly number[],
  dns: readonly number[],
  apart: FindingKind | null,
) {
  const dnsTells = mostHaveDns(evidence);
  return sourceTallies(evidence, "service", targets).flatMap(({ n, failed, works }) => {
    if (failed === 0 || works > 0 || anyAnswer(evidence, n, targets)) return [];
    const reaches = evidence.planes.some(
      (plane) => plane.check === "echo" && plane.rowWorks[n]! > 0,
    );
    if (dnsAnswers(evidence, n) === true || (!reaches && evidence.size > 1)) return [];
    if (dns.length > 0 && !dnsIsOpen(evidence, n)) return [];
    const claim = new Claim();
    claimTargets(evidence, claim, "service", targets, [n]);
    if (dnsTells) claimTargets(evidence, claim, "service", dns, [n]);
    return [
      draft("cluster-ip", {
        nodes: [n],
        layer: "service",
        direction: "out",
        claim,
        failed: claim.count,
        of: claim.count,
        places: evidence.size,
        ...(apart !== null &&
          maybeUnlucky(evidence, n) && { severity: "info" as const, candidates: [apart] }),
      }),
    ];
  });
}

/** Some connections are answered and some are not, from wherever: a backend that is listed, and dead. */
function deadBackend(evidence: Evidence, targets: readonly number[]): Draft[] {
  const tallies = sourceTallies(evidence, "service", targets);
  const failing = tallies.filter(({ failed }) => failed > 0);
  const partly = failing.filter(({ n }) => anyAnswer(evidence, n, targets));
  if (partly.length === 0) return [];
  const claim = new Claim();
  claimTargets(
    evidence,
    claim,
    "service",
    targets,
    failing.map(({ n }) => n),
  );
  const silent = neverAnswering(evidence, targets);
  const rarity = rarityOf(evidence, claim, tallies.length);
  if (rarity === "common") {
    evidence.release(claim);
    return [];
  }
  return [
    draft("service-backend", {
      severity: rarity === "rare" ? null : "info",
      nodes: silent.length === 1 ? silent : [],
      layer: "service",
      claim,
      failed: failing.length,
      of: tallies.length,
    }),
  ];
}

function anyAnswer(evidence: Evidence, n: number, targets: readonly number[]): boolean {
  const { service } = evidence.round.matrices;
  return targets.some((target) => service.answeredBy.has(service.cell(n, target)));
}

/** Nodes of pongs that can be probed, of which none answered any connection to the service. */
function neverAnswering(evidence: Evidence, targets: readonly number[]): number[] {
  const { matrices, plan } = evidence.round;
  const answered = new Set<string>();
  for (const n of evidence.nodes.keys())
    for (const target of targets) {
      const cell = matrices.service.cell(n, target);
      const state = evidence.states.service[cell];
      if (state !== WORKS && state !== FAILED && !matrices.service.answeredBy.has(cell)) continue;
      for (const { node } of matrices.service.answeredBy.get(cell) ?? []) answered.add(node);
    }
  const backends = new Set(
    plan.targets.pod.flatMap(({ node, address, expected }) =>
      node !== null && address !== null && expected === null ? [node] : [],
    ),
  );
  return [...backends].flatMap((node) =>
    answered.has(node) ? [] : [evidence.agentOf.get(node) ?? -1],
  );
}
