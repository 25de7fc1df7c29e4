import {
  type Check,
  type PlannedWhy,
  type MissingWhy,
  TARGET_TYPES,
  type TargetColumns,
  type TargetType,
} from "@netchecker/contract";
import type { StartupSettings } from "./planned-why.ts";

/** An agent that should report: one for each node that should run one, whether it has a pod or not. */
export interface AskedAgent {
  readonly pod: string | null;
  readonly node: string;
  readonly ip: string | null;
  /** Where its node stands, so that an old round is drawn as it was. */
  readonly zone: string | null;
  readonly pool: string | null;
  /** Whether Kubernetes called its pod ready when the round was opened. One that it did not is asked all the same, where its node is not heard from. */
  readonly ready: boolean;
  /** Why it is known before the round not to report; the round does not wait for it. */
  readonly absent: MissingWhy | null;
  /** What Kubernetes says of its pod, where something is wrong with it; else of its node, where that keeps it from running. */
  readonly problem: string | null;
  readonly planned: PlannedWhy | null;
}

/** One check of one address. Without an address it is never dialled, and stays unknown. */
export interface AskedTarget {
  readonly check: Check;
  readonly name: string | null;
  readonly node: string | null;
  readonly address: string | null;
  readonly planned: PlannedWhy | null;
}

/** Who probes what in a round. Targets with an address come first, in the order of the published list. */
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

/** Names of pods that no plan knows, of another DaemonSet or another mesh, are about as long as its own. */
const USUAL_NAME_CHARS = 63;

/** How long the names of a pod and of a node of a plan can be together, characters. */
export function longestNames({ agents, targets }: RoundPlan): number {
  const longest = (names: readonly (string | null)[]) =>
    names.reduce((most, name) => Math.max(most, name?.length ?? 0), USUAL_NAME_CHARS);
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

/** How many targets of each type a plan has, dialled or not. */
export function targetCounts(plan: RoundPlan): Record<TargetType, number> {
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [type, plan.targets[type].length]),
  ) as Record<TargetType, number>;
}
