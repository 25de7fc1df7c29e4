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

/** What every probe is given. */
export interface ProbeTools extends AttemptLimits {
  readonly serviceConnections: number;
  /** Empty: those of resolv.conf. */
  readonly dnsServers: readonly string[];
  /** Address families to look a host up in, the agent's own first. */
  readonly families: readonly Family[];
}

/**
 * One attempt at one target; `earlier` is what the attempt before it found. A failed target is an outcome; it rejects only
 * when `tools.signal` is aborted.
 */
export type Probe = (
  target: Target,
  tools: ProbeTools,
  earlier?: AttemptOutcome,
) => Promise<AttemptOutcome>;
