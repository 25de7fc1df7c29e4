import { NOT_PROBED_CODE, OK_CODE } from "@netchecker/contract";
import { chanceOfAtLeast } from "./binomial.ts";
import type { Evidence } from "./evidence.ts";
import type { Draft } from "./draft.ts";
import { losesPackets } from "./hindrance.ts";

/** A DNS server out of five is met at first by a fifth of all agents. */
const LEAST_SHARE = 0.15;
const FEWEST = 3;
const RARE = 1e-4;

/** How many agents DNS did not serve at the first attempt, of how many that asked. */
export interface DnsRetries {
  readonly troubled: number;
  readonly of: number;
  /** Whether they are so many, and the mesh needs so few attempts, that one of its servers must be broken. */
  readonly tell: boolean;
}

/**
 * One broken server of two fails one query in eight, as each is tried three times, but spoils half of
 * all first attempts. Queries that are explained already do not count, nor whose node loses packets.
 */
export function dnsRetries(
  evidence: Evidence,
  targets: readonly number[],
  found: readonly Draft[],
): DnsRetries {
  const { service } = evidence.round.matrices;
  let troubled = 0;
  let of = 0;
  for (const n of evidence.nodes.keys()) {
    if (evidence.starved(n) || found.some((cause) => losesPackets(cause, n))) continue;
    for (const target of targets) {
      const cell = service.cell(n, target);
      if (service.reasons[cell] === NOT_PROBED_CODE) continue;
      of += 1;
      if (service.attempts[cell]! > 1) troubled += 1;
    }
  }
  const many = troubled >= FEWEST && troubled >= of * LEAST_SHARE;
  const tell = many && chanceOfAtLeast(troubled, of, 2 * retriedInMesh(evidence)) < RARE;
  return { troubled, of, tell };
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
