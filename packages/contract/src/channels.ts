import type { TargetType } from "./check.ts";

/** The name of every Redis channel and key that the product uses. */
export interface RedisNames {
  /** One channel per type. netchecker publishes a round's target list on it. */
  readonly lists: Record<TargetType, string>;
  /**
   * One key per type. It holds the published list for an agent that was away, until the round's
   * deadline.
   */
  readonly listKeys: Record<TargetType, string>;
  /**
   * Digests of the lists under `listKeys`. An agent compares them to detect a forged list. They
   * expire with the lists.
   */
  readonly listDigests: string;
  /** One channel per type. Agents publish their reports on it. */
  readonly reports: Record<TargetType, string>;
  /** A counter: the id of the last round. */
  readonly roundId: string;
  /**
   * The round that is open now. The key stays when netchecker dies, so that its successor can close
   * that round.
   */
  readonly openRound: string;
  /** The owner of this key may open rounds. The key expires when its owner dies. */
  readonly lease: string;
  /** The owner of the lease and its cluster, in words. It expires with the lease. */
  readonly leaseHolder: string;
  /**
   * Sorted sets of round ids: all rounds that are kept, and the ones that are kept with all
   * outcomes.
   */
  readonly rounds: string;
  readonly fullRounds: string;
  /** Sorted set of the rounds that somebody requested. The clock opened all others. */
  readonly requestedRounds: string;
  /** A hash for one round: head, plan, failures, columns. */
  readonly round: (id: number) => string;
  /** The state of the findings, which the next round continues from. */
  readonly findings: string;
}

/**
 * All names, behind a prefix. `POD`, `REPORT_POD` and the like are the names of the original
 * netChecker.
 */
export function redisNames(prefix: string): RedisNames {
  const perType = (before: string, after = ""): Record<TargetType, string> => ({
    pod: `${prefix}${before}POD${after}`,
    node: `${prefix}${before}NODE${after}`,
    service: `${prefix}${before}SVC${after}`,
    external: `${prefix}${before}EXTERNAL${after}`,
  });
  return {
    lists: perType(""),
    listKeys: perType("list:"),
    listDigests: `${prefix}list:digests`,
    reports: perType("REPORT_"),
    roundId: `${prefix}round-id`,
    openRound: `${prefix}open-round`,
    lease: `${prefix}lease`,
    leaseHolder: `${prefix}lease-holder`,
    rounds: `${prefix}rounds`,
    fullRounds: `${prefix}full-rounds`,
    requestedRounds: `${prefix}requested-rounds`,
    round: (id) => `${prefix}round:${id}`,
    findings: `${prefix}findings`,
  };
}
