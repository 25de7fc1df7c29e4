import { NOT_PROBED_CODE, reasonCode } from "@netchecker/contract";
import type { Evidence } from "../evidence/evidence.ts";
import { sourceTallies, targetsOf } from "../evidence/source-tallies.ts";

const MISMATCH = reasonCode("dns_mismatch");
const FAILURE = reasonCode("dns_failure");
/** c-ares' codes of replies without an address; others, such as ETIMEOUT and ECONNREFUSED, are no reply. */
const REPLIES = new Set(["ENODATA", "EFORMERR", "ESERVFAIL", "ENOTFOUND", "ENOTIMP", "EREFUSED"]);

/** Whether the detail of a `dns_failure` is what a DNS server replied; else none was reached. */
export function isReply(detail: string | undefined): boolean {
  return detail !== undefined && REPLIES.has(detail);
}

/** What is found out of a round's DNS once, and asked of each agent: outcomes do not change while causes are sought. */
interface KnownOfDns {
  readonly answers: readonly (boolean | null)[];
  readonly mostHaveIt: boolean;
}
const known = new WeakMap<Evidence, KnownOfDns>();

function knownOfDns(evidence: Evidence): KnownOfDns {
  const before = known.get(evidence);
  if (before) return before;
  const targets = targetsOf(evidence, "service", "dns");
  const answers = evidence.nodes.map((_, n) => answersOf(evidence, targets, n));
  const asked = answers.filter((each) => each !== null).length;
  const answered = answers.filter((each) => each === true).length;
  const found = { answers, mostHaveIt: answered * 2 > asked || asked === 1 };
  known.set(evidence, found);
  return found;
}

/** Whether a DNS server answered an agent anything, if only that it does not know; null where nobody asked. */
export function dnsAnswers(evidence: Evidence, n: number): boolean | null {
  return knownOfDns(evidence).answers[n]!;
}

function answersOf(evidence: Evidence, targets: readonly number[], n: number): boolean | null {
  const { service } = evidence.round.matrices;
  const cells = targets
    .map((target) => service.cell(n, target))
    .filter((cell) => service.reasons[cell] !== NOT_PROBED_CODE);
  if (cells.length === 0) return null;
  return cells.some((cell) => {
    const timedOut = evidence.reasonAt("service", cell).endsWith("_timeout");
    if (service.reasons[cell] === FAILURE) return isReply(service.detail.get(cell));
    return !timedOut;
  });
}

/** Whether DNS works for the cluster: then a node that misses it has a fault of its own. */
export function mostHaveDns(evidence: Evidence): boolean {
  return knownOfDns(evidence).mostHaveIt;
}

/** The agents that asked DNS at all. */
export function askers(evidence: Evidence): number[] {
  return [...evidence.nodes.keys()].filter((n) => dnsAnswers(evidence, n) !== null);
}

/** Those that no DNS server answered anything, which nothing explains yet. */
export function unanswered(evidence: Evidence, targets: readonly number[]): number[] {
  return sourceTallies(evidence, "service", targets)
    .filter(({ n, failed }) => failed > 0 && !isWrong(evidence, targets, n))
    .map(({ n }) => n);
}

function isWrong(evidence: Evidence, targets: readonly number[], n: number): boolean {
  const { service } = evidence.round.matrices;
  return targets.some((target) => service.reasons[service.cell(n, target)] === MISMATCH);
}
