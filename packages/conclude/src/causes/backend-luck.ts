import { NOT_PROBED_CODE, reasonOf } from "@netchecker/contract";
import { chanceOfAtLeast } from "../evidence/binomial.ts";
import type { Steps } from "@netchecker/round/steps";
import { dnsAnswers, mostHaveDns } from "./dns-answers.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { PLANNED, FAILED } from "../evidence/outcome-state.ts";
import { cutsOff, hidesBackend, losesPackets } from "../evidence/hindrance.ts";
import { claimTargets, sourceTallies, targetsOf } from "../evidence/source-tallies.ts";

/** So many connections does ping make to the service, each to any backend. */
const CONNECTIONS = 3;
/** Each that is not answered is made again, with another backend, up to so many times in all. */
export const ATTEMPTS = 3;
const LIKELY = 0.05;
/** What known causes make less often than this, they did not make. */
const RARE = 0.001;
/** Of two DNS servers one is out of reach, and three attempts meet it. */
const MISSES_DNS = 1 / 8;

/** A ClusterIP leads to any backend: where some are known to be out of reach, it fails now and then. */
export function* attributeToBackends(
  evidence: Evidence,
  found: readonly Draft[],
  targets: readonly number[],
): Steps<void> {
  const tallies = sourceTallies(evidence, "service", targets);
  for (const { n, failed } of tallies) {
    yield;
    const own = (cause: Draft) => cutsOff(cause, n) || losesPackets(cause, n);
    const cut = failed > 0 ? found.find(own) : undefined;
    if (cut) claimTargets(evidence, cut.claim, "service", targets, [n]);
  }
  const open = sourceTallies(evidence, "service", targets);
  const failing = open.filter(({ failed }) => failed > 0);
  if (failing.length === 0 || !(yield* mayBeBadLuck(evidence, failing.length, open))) return;
  for (const { n } of failing) {
    yield;
    const hides = found.find((cause) => hidesLiveBackend(evidence, cause, n));
    if (!hides) continue;
    const unlucky = isUnlucky(evidence, n);
    for (const target of targets)
      if (unlucky || backendIsToBlame(evidence, n, target))
        claimTargets(evidence, hides.claim, "service", [target], [n]);
  }
}

/** Whether so many agents fail by bad luck, as long as each backend is as likely and some are out of reach. */
function* mayBeBadLuck(
  evidence: Evidence,
  failing: number,
  asked: readonly { n: number }[],
): Steps<boolean> {
  let sum = 0;
  for (const { n } of asked) {
    yield;
    sum += failsByLuck(hiddenShare(evidence, n));
  }
  return chanceOfAtLeast(failing, asked.length, sum / asked.length) > RARE;
}

/** How often the service fails where such a share of its backends is out of reach. */
function failsByLuck(hidden: number): number {
  return 1 - (1 - hidden ** ATTEMPTS) ** CONNECTIONS;
}

/** Whether it is no rare bad luck that an agent meets only backends out of reach. */
function isUnlucky(evidence: Evidence, n: number): boolean {
  return !dnsIsOpen(evidence, n) && hiddenShare(evidence, n) ** CONNECTIONS > LIKELY;
}

/** Whether it may be bad luck that an agent meets only backends out of reach, and no DNS server either. */
export function maybeUnlucky(evidence: Evidence, n: number): boolean {
  const allHidden = hiddenShare(evidence, n) ** CONNECTIONS;
  return evidence.size * allHidden * MISSES_DNS > LIKELY;
}

/** Whether DNS failed for an agent, and nothing explains it yet. */
export function dnsIsOpen(evidence: Evidence, n: number): boolean {
  const { service } = evidence.round.matrices;
  return targetsOf(evidence, "service", "dns").some(
    (target) => evidence.states.service[service.cell(n, target)] === FAILED,
  );
}

/** Whether a cause makes a backend unreachable for an agent, and Kubernetes has not taken it out of the service. */
export function hidesLiveBackend(evidence: Evidence, cause: Draft, n: number): boolean {
  if (cause.planned || !hidesBackend(cause, n)) return false;
  const hidden = cause.peers.length > 0 ? [...cause.nodes, ...cause.peers] : cause.nodes;
  return cutsOff(cause, n) || !hidden.every((each) => evidence.kubernetes.leftServices(each));
}

/** The share of the service's pongs that an agent does not reach; what is planned has left the service before. */
export function hiddenShare(evidence: Evidence, n: number): number {
  const { pod } = evidence.round.matrices;
  let failed = 0;
  let known = 0;
  for (let cell = pod.cell(n, 0); cell < pod.cell(n + 1, 0); cell += 1) {
    if (pod.reasons[cell] === NOT_PROBED_CODE || evidence.states.pod[cell] === PLANNED) continue;
    const fails = evidence.failedAt("pod", cell);
    if (fails && hasLeft(evidence, cell - pod.cell(n, 0))) continue;
    known += 1;
    if (fails) failed += 1;
  }
  return known === 0 ? 0 : failed / known;
}

/** Whether Kubernetes has taken a pong out of the service for a while. */
function hasLeft({ round, agentOf, kubernetes }: Evidence, target: number): boolean {
  return kubernetes.leftServices(agentOf.get(round.plan.targets.pod[target]!.node ?? "") ?? -1);
}

/** Some connections were answered, or DNS works by the same kube-proxy: then the backend is to blame. */
function backendIsToBlame(evidence: Evidence, n: number, target: number): boolean {
  const { service } = evidence.round.matrices;
  if (!failsAsPongsDo(evidence, n, service.cell(n, target))) return false;
  if (service.answeredBy.has(service.cell(n, target))) return true;
  return dnsAnswers(evidence, n) !== false || !mostHaveDns(evidence);
}

/** Whether some pong fails for the agent in the same way: what stands for a backend is that pong. */
function failsAsPongsDo(evidence: Evidence, n: number, cell: number): boolean {
  const { pod, service } = evidence.round.matrices;
  const kind = (reason: number) => reasonOf(reason).endsWith("_timeout") || reason;
  const row = pod.reasons.subarray(pod.cell(n, 0), pod.cell(n + 1, 0));
  return row.some((reason) => kind(reason) === kind(service.reasons[cell]!));
}
