import type { TargetType } from "./check.ts";

/** Every Redis channel and key of the product, in one place. */
export interface RedisNames {
  /** One channel a type, on which a round's target list is published. */
  readonly lists: Record<TargetType, string>;
  /** One key a type, under which the same list waits for an agent that was away; expires at the round's deadline. */
  readonly listKeys: Record<TargetType, string>;
  /** What these lists look like, so that an agent knows one that is forged; expires with them. */
  readonly listDigests: string;
  /** One channel a type, on which agents publish their reports. */
  readonly reports: Record<TargetType, string>;
  /** Counter: the id of the last round. */
  readonly roundId: string;
  /** The round that is open now; outlives a netchecker that died in it. */
  readonly openRound: string;
  /** Who may open rounds; expires when its holder dies. */
  readonly lease: string;
  /** Who that is, of which cluster; expires with the lease. */
  readonly leaseHolder: string;
  /** Sorted sets of round ids: all kept rounds, and those kept with every outcome. */
  readonly rounds: string;
  readonly fullRounds: string;
  /** Sorted set of those that were asked for, and not opened by the clock. */
  readonly requestedRounds: string;
  /** Hash of one round: head, plan, failures, columns. */
  readonly round: (id: number) => string;
  /** What is remembered of findings from one round to the next. */
  readonly findings: string;
}

/** The names under a prefix. `POD`, `REPORT_POD` and so on are those of the original netChecker. */
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
