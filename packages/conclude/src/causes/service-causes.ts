import { type FindingKind, OK_CODE } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import { attributeToBackends, dnsIsOpen, maybeUnlucky } from "./backend-luck.ts";
import { ALL_CELLS, Claim } from "../evidence/claim.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { rarityOf } from "../evidence/chance.ts";
import { dnsAnswers, mostHaveDns } from "./dns-answers.ts";
import { partsGroups } from "../evidence/hindrance.ts";
import type { Steps } from "@netchecker/round/steps";
import { anyAnswer, serviceEverywhere } from "./service-everywhere.ts";
import { claimTargets, sourceTallies, targetsOf } from "../evidence/source-tallies.ts";

/** The service behind its ClusterIP: what broken nodes and pongs do to it, kube-proxy, dead backends. */
export function* serviceCauses(evidence: Evidence, found: readonly Draft[]): Steps<Draft[]> {
  const targets = targetsOf(evidence, "service", "clusterip");
  const dns = targetsOf(evidence, "service", "dns");
  attributeToNotReady(evidence, found, targets);
  yield* attributeToBackends(evidence, found, targets);
  const groups = found.find(partsGroups);
  const everywhere = serviceEverywhere(evidence);
  return [
    ...(everywhere ? [everywhere] : []),
    ...(yield* kubeProxies(evidence, targets, dns, groups?.kind ?? null)),
    ...staleRules(evidence, targets),
    ...deadBackend(evidence, targets),
  ];
}

/** Pods of nodes that are NotReady are not ready either: where all pongs are on such nodes, the service has no endpoints. */
function attributeToNotReady(
  evidence: Evidence,
  found: readonly Draft[],
  targets: readonly number[],
): void {
  const pongs = evidence.nodes.flatMap((_, n) =>
    evidence.planes.some(({ check, column }) => check === "echo" && column[n] !== -1) ? [n] : [],
  );
  if (!pongs.every((n) => evidence.kubernetes.notReady(n))) return;
  const told = found.find(
    ({ kind, nodes }) => kind === "not-ready" && nodes.some((n) => pongs.includes(n)),
  );
  if (told) claimTargets(evidence, told.claim, "service", targets, [...evidence.nodes.keys()]);
}

/** Neither the service nor DNS answers at any ClusterIP, and pods are reached: kube-proxy of the node. */
function* kubeProxies(
  evidence: Evidence,
  targets: readonly number[],
  dns: readonly number[],
  apart: FindingKind | null,
): Steps<Draft[]> {
  const dnsTells = mostHaveDns(evidence);
  const drafts: Draft[] = [];
  for (const { n, failed, works } of sourceTallies(evidence, "service", targets)) {
    if (failed === 0 || works > 0 || anyAnswer(evidence, n, targets)) continue;
    yield;
    const reaches = evidence.planes.some(
      (plane) => plane.check === "echo" && plane.rowWorks[n]! > 0,
    );
    if (dnsAnswers(evidence, n) === true || (!reaches && evidence.size > 1)) continue;
    if (dns.length > 0 && !dnsIsOpen(evidence, n)) continue;
    const claim = new Claim();
    claimTargets(evidence, claim, "service", targets, [n]);
    if (dnsTells) claimTargets(evidence, claim, "service", dns, [n]);
    drafts.push(
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
    );
  }
  return drafts;
}

/** More nodes than this do not have stale rules at once. */
const MOST_STALE = 3;

/**
 * Only a few nodes miss the service, and the others do not even need a second attempt: no backend is dead,
 * the rules of kube-proxy on these nodes are stale.
 */
function staleRules(evidence: Evidence, targets: readonly number[]): Draft[] {
  const tallies = sourceTallies(evidence, "service", targets);
  const failing = tallies.filter(({ failed }) => failed > 0);
  if (failing.length === 0 || failing.length > MOST_STALE) return [];
  const others = tallies.filter(({ failed }) => failed === 0).map(({ n }) => n);
  if (others.length < 2 * failing.length) return [];
  if (triedAgain(evidence, targets, others) > retriesOfDead(failing.length, others.length) / 2)
    return [];
  return failing.map(({ n }) => {
    const claim = new Claim();
    claimTargets(evidence, claim, "service", targets, [n]);
    return draft("cluster-ip", {
      nodes: [n],
      layer: "service",
      direction: "out",
      candidates: ["service-backend"],
      claim,
      failed: claim.count,
      of: claim.count,
      places: evidence.size,
      fact: "stale",
    });
  });
}

/** How many agents needed more than one attempt before the service answered. */
function triedAgain(evidence: Evidence, targets: readonly number[], among: readonly number[]) {
  const { service } = evidence.round.matrices;
  const again = (n: number) =>
    targets.some((target) => {
      const cell = service.cell(n, target);
      return service.reasons[cell] === OK_CODE && service.attempts[cell]! > 1;
    });
  return among.filter(again).length;
}

/**
 * How many of the others need more than one attempt where dead backends fail so many agents: of three
 * connections, each tried three times, one meets none but dead ones; and any meets one at first.
 */
function retriesOfDead(failing: number, others: number): number {
  const share = failing / (failing + others);
  const dead = Math.cbrt(1 - Math.cbrt(1 - share));
  return others * (1 - (1 - dead) ** 3);
}

/** Some connections are answered and some are not, from wherever: a backend that is listed, and dead. */
function deadBackend(evidence: Evidence, targets: readonly number[]): Draft[] {
  const tallies = sourceTallies(evidence, "service", targets);
  const failing = tallies.filter(({ failed }) => failed > 0);
  const partly = failing.filter(({ n }) => anyAnswer(evidence, n, targets));
  if (partly.length === 0) return [];
  const claim = new Claim(ALL_CELLS);
  claimTargets(
    evidence,
    claim,
    "service",
    targets,
    failing.map(({ n }) => n),
  );
  const rarity = rarityOf(evidence, claim, tallies.length);
  if (rarity === "common") {
    evidence.release(claim);
    return [];
  }
  const fewMeetIt = failing.length <= tallies.length * A_FEW;
  return [
    draft("service-backend", {
      severity: rarity !== "rare" || (fewMeetIt && podsAreReplaced(evidence)) ? "info" : null,
      nodes: neverAnswering(evidence, targets),
      layer: "service",
      claim,
      failed: failing.length,
      of: tallies.length,
    }),
  ];
}

/** While pods are replaced, some nodes still know the old addresses for a moment. */
const A_FEW = 0.25;

function podsAreReplaced(evidence: Evidence): boolean {
  return evidence.round.plan.targets.pod.some(({ planned }) => planned?.startsWith("pod_"));
}

/** So seldom does chance leave out a backend that answers: then it may be named. */
const LEFT_OUT = 0.05;

/** The node whose pong can be probed and never answers for the service; none where that may be chance, or several do. */
function neverAnswering(evidence: Evidence, targets: readonly number[]): number[] {
  const { matrices, plan } = evidence.round;
  const answers = new Map<string, number>();
  for (const n of evidence.nodes.keys())
    for (const target of targets) {
      const cell = matrices.service.cell(n, target);
      for (const { node, connections } of matrices.service.answeredBy.get(cell) ?? [])
        answers.set(node, (answers.get(node) ?? 0) + connections);
    }
  const backends = new Set(
    plan.targets.pod.flatMap(({ node, address, planned }) =>
      node !== null && address !== null && planned === null ? [node] : [],
    ),
  );
  const silent = [...backends].filter((node) => !answers.has(node));
  const answered = [...answers.values()].reduce((sum, connections) => sum + connections, 0);
  const byChance = backends.size * (1 - 1 / backends.size) ** answered;
  return silent.length === 1 && byChance < LEFT_OUT ? [evidence.agentOf.get(silent[0]!) ?? -1] : [];
}
