import {
  type Check,
  type PlannedWhy,
  type MissingWhy,
  TARGET_TYPES,
  type TargetColumns,
  type TargetType,
} from "@netchecker/contract";
import type { StartupSettings } from "./planned-why.ts";

/** An agent that should report. Every node that should run an agent has one in the plan, even without a pod. */
export interface AskedAgent {
  readonly pod: string | null;
  readonly node: string;
  readonly ip: string | null;
  /** Where its node stood in this round, so that the page draws an old round as it was. */
  readonly zone: string | null;
  readonly pool: string | null;
  /**
   * Whether Kubernetes called its pod ready when the round opened. If Kubernetes no longer hears from the
   * node, the round asks the agent although this is false.
   */
  readonly ready: boolean;
  /** Why the agent cannot report; the round then does not wait for it. Null if it can. */
  readonly absent: MissingWhy | null;
  /**
   * What Kubernetes says is wrong with its pod. If the pod is fine or missing: why its node runs no pods, or null.
   */
  readonly problem: string | null;
  readonly planned: PlannedWhy | null;
}

/** One check of one address. A target without an address is never dialled, and its outcome stays unknown. */
export interface AskedTarget {
  readonly check: Check;
  readonly name: string | null;
  readonly node: string | null;
  readonly address: string | null;
  readonly planned: PlannedWhy | null;
}

/**
 * Which agents probe which targets in a round. Targets with an address come first, in the order of the published list.
 */
export interface RoundPlan {
  readonly agents: readonly AskedAgent[];
  readonly targets: Readonly<Record<TargetType, readonly AskedTarget[]>>;
}

export interface PlanSettings extends StartupSettings {
  readonly namespace: string;
  readonly serviceName: string;
  readonly clusterDomain: string;
  /** Where pong listens in its pod. */
  readonly pongPort: number;
  /** A port that every node has open. */
  readonly kubeletPort: number;
  /** `host:port` or URL. */
  readonly externalTargets: readonly string[];
}

/** How many targets of a type an agent is asked to probe: those with an address. */
export function dialledCount(targets: readonly AskedTarget[]): number {
  const first = targets.findIndex(({ address }) => address === null);
  return first === -1 ? targets.length : first;
}

/** Answers may name pods that are not in the plan, from another DaemonSet or another mesh. */
const MIN_NAME_CHARS = 63;

/** The longest pod name and the longest node name that a report may contain, together, in characters. */
export function maxNameChars({ agents, targets }: RoundPlan): number {
  const longest = (names: readonly (string | null)[]) =>
    names.reduce((max, name) => Math.max(max, name?.length ?? 0), MIN_NAME_CHARS);
  return longest(targets.pod.map(({ name }) => name)) + longest(agents.map(({ node }) => node));
}

/** The columns of a published list. */
export function toListColumns(targets: readonly AskedTarget[]): TargetColumns {
  const dialled = targets.slice(0, dialledCount(targets));
  return {
    check: dialled.map(({ check }) => check),
    name: dialled.map(({ name }) => name!),
    node: dialled.map(({ node }) => node),
    address: dialled.map(({ address }) => address!),
  };
}

/** How many targets of each type a plan has, with and without an address. */
export function targetCounts(plan: RoundPlan): Record<TargetType, number> {
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [type, plan.targets[type].length]),
  ) as Record<TargetType, number>;
}
