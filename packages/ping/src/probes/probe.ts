import type { Check } from "@netchecker/contract";
import type { AttemptLimits, AttemptOutcome } from "./attempt.ts";
import type { Family } from "./look-up.ts";

/** One entry of a target list. */
export interface Target {
  readonly check: Check;
  readonly name: string;
  readonly node: string | null;
  readonly address: string;
}

/** What every probe gets. */
export interface ProbeTools extends AttemptLimits {
  readonly serviceConnections: number;
  /** Empty: the servers in resolv.conf. */
  readonly dnsServers: readonly string[];
  /** The address families in which to look up a host, the agent's own first. */
  readonly families: readonly Family[];
}

/**
 * Makes one attempt at one target. `earlier` is the result of the attempt before. A failure is an
 * outcome; it rejects only when `tools.signal` is aborted.
 */
export type Probe = (
  target: Target,
  tools: ProbeTools,
  earlier?: AttemptOutcome,
) => Promise<AttemptOutcome>;
