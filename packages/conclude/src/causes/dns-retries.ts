import { OK_CODE } from "@netchecker/contract";
import { chanceOfAtLeast } from "../evidence/binomial.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { FAILED } from "../evidence/outcome-state.ts";
import type { Draft } from "../evidence/draft.ts";
import { losesPackets } from "../evidence/hindrance.ts";

/** A DNS server out of five is met at first by a fifth of all agents. */
const LEAST_SHARE = 0.15;
const FEWEST = 2;
const RARE = 1e-3;
/** Where no query failed for good, second attempts must speak for themselves. */
const RARE_ALONE = 1e-5;

/** How many agents DNS served at a later attempt only, of how many that it served. */
export interface DnsRetries {
  readonly again: number;
  readonly of: number;
  /** Whether they are so many, and the mesh needs so few attempts, that one of its servers must be broken. */
  readonly tell: boolean;
}

/**
 * One broken server of two fails one query in eight, as each is tried three times, but spoils half of
 * all first attempts. Queries that failed do not count, they may have failed for each node by itself; nor
 * do those of nodes that lose packets.
 */
export function dnsRetries(
  evidence: Evidence,
  targets: readonly number[],
  found: readonly Draft[],
): DnsRetries {
  const { service } = evidence.round.matrices;
  let again = 0;
  let of = 0;
  let anyFailed = false;
  for (const n of evidence.nodes.keys()) {
    if (evidence.starved(n) || found.some((cause) => losesPackets(cause, n))) continue;
    for (const target of targets) {
      const cell = service.cell(n, target);
      anyFailed ||= evidence.states.service[cell] === FAILED;
      if (service.reasons[cell] !== OK_CODE) continue;
      of += 1;
      if (service.attempts[cell]! > 1) again += 1;
    }
  }
  const many = again >= FEWEST && again >= of * LEAST_SHARE;
  const rare = anyFailed ? RARE : RARE_ALONE;
  const tell = many && chanceOfAtLeast(again, of, 2 * retriedInMesh(evidence)) < rare;
  return { again, of, tell };
}

/** The share of probes between nodes that worked, but not at the first attempt. */
function retriedInMesh(evidence: Evidence): number {
  let again = 0;
  let works = 0;
  for (const type of ["pod", "node"] as const) {
    const { reasons, attempts } = evidence.round.matrices[type];
    for (let cell = 0; cell < reasons.length; cell += 1) {
      if (reasons[cell] !== OK_CODE) continue;
      works += 1;
      if (attempts[cell]! > 1) again += 1;
    }
  }
  return (again + 0.5) / (works + 1);
}
