import {
  type Check,
  type Outcome,
  type Reason,
  type Report,
  TARGET_TYPES,
  type TargetType,
  toColumns,
} from "@netchecker/contract";
import type { ClosedRound } from "../../src/closed-round.ts";
import type { ClusterView, NodeRecord, PodRecord } from "../../src/cluster-view.ts";
import { closeRound, type RoundRun } from "../../src/close-round.ts";
import {
  dialledCount,
  type PlanSettings,
  type AskedTarget,
  type RoundPlan,
} from "../../src/plan.ts";
import { dialledFirst } from "../../src/plan-targets.ts";
import { planRound } from "../../src/plan-round.ts";
import { reviewPlan } from "../../src/review-plan.ts";
import { RoundCollector } from "../../src/round-collector.ts";

export const SETTINGS: PlanSettings = {
  namespace: "netchecker",
  serviceName: "pong-svc",
  clusterDomain: "cluster.local",
  pongPort: 8080,
  kubeletPort: 10_250,
  externalTargets: ["outside.example:443"],
  nodeStartupMs: 600_000,
};

export function aNode(index: number, with_: Partial<NodeRecord> = {}): NodeRecord {
  return {
    name: `node-${index}`,
    addresses: [`192.168.${index >> 8}.${index & 255}`],
    ready: true,
    readiness: { status: "True", since: 1_000, reason: "KubeletReady", message: "" },
    everReady: true,
    returns: [],
    shutdownSince: null,
    leaving: null,
    cordoned: false,
    deleting: false,
    createdAt: 1_000,
    labels: {},
    bootId: `boot-${index}`,
    kernelVersion: "6.12.0",
    kubeletVersion: "v1.34.2",
    ...with_,
  };
}

export function aPod(
  app: "ping" | "pong",
  node: number,
  with_: Partial<PodRecord> = {},
): PodRecord {
  const third = app === "ping" ? 1 : 2;
  return {
    name: `${app}-${node}`,
    app,
    node: `node-${node}`,
    ips: [`10.${third}.${node >> 8}.${node & 255}`],
    ready: true,
    terminating: false,
    everReady: true,
    problem: null,
    createdAt: 1_000,
    ...with_,
  };
}

/** A healthy cluster with `nodes` nodes. */
export function aView(nodes: number, with_: Partial<ClusterView> = {}): ClusterView {
  const indices = Array.from({ length: nodes }, (_, index) => index + 1);
  return {
    nodes: indices.map((index) => aNode(index)),
    pods: indices.flatMap((index) => [aPod("ping", index), aPod("pong", index)]),
    service: {
      name: "pong-svc",
      uid: "pong-svc-uid",
      clusterIPs: ["10.96.0.10"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    },
    at: 10_000_000,
    staleSince: null,
    ...with_,
  };
}

export const OK: Outcome = { reason: "ok", latencyMs: 0.5, attempts: 1 };
export const TIMEOUT: Outcome = { reason: "connect_timeout", latencyMs: null, attempts: 3 };

/** What an agent finds at a target. */
export type Finds = (target: AskedTarget, agentNode: string, type: TargetType) => Outcome;

export function aReport(
  plan: RoundPlan,
  agent: number,
  type: TargetType,
  finds: Finds = () => OK,
  with_: Partial<Report> = {},
): Report {
  const { pod, node, ip } = plan.agents[agent]!;
  const dialled = plan.targets[type].slice(0, dialledCount(plan.targets[type]));
  return {
    v: 1,
    type,
    round: 7,
    list: "list-7",
    agent: { pod: pod!, node, ip: ip! },
    tookMs: 12,
    prober: { loopDelayP99Ms: 1, throttledMs: 0, starved: false },
    ...toColumns(dialled.map((target) => finds(target, node, type))),
    ...with_,
  };
}

const RUN: RoundRun = {
  id: 7,
  startedAt: Date.parse("2026-11-22T23:51:10.123Z"),
  finishedAt: Date.parse("2026-11-22T23:51:11.166Z"),
  closedBy: "reports",
  dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
  clusterViewStaleSince: null,
  redisAway: false,
};

/** A closed round over a view. Every agent that can report does so, except those on the nodes in `silent`. */
export function aClosedRound(
  view: ClusterView,
  with_: {
    finds?: Finds;
    silent?: readonly string[];
    run?: Partial<RoundRun>;
    atClose?: ClusterView;
    plan?: RoundPlan;
  } = {},
): ClosedRound {
  const { plan = planRound(view, SETTINGS) } = with_;
  const collector = new RoundCollector(plan, 7, "list-7");
  for (const [index, agent] of plan.agents.entries())
    if (agent.absent === null && !with_.silent?.includes(agent.node))
      for (const type of TARGET_TYPES) collector.accept(aReport(plan, index, type, with_.finds));
  return closeRound({ ...RUN, ...with_.run }, collector, reviewPlan(plan, with_.atClose ?? view));
}

/** How many checks all agents of a plan are asked for, of all types or of one. */
export function countAsked({ agents, targets }: RoundPlan, type?: TargetType): number {
  const types: readonly TargetType[] = type === undefined ? TARGET_TYPES : [type];
  return types.reduce((sum, each) => sum + agents.length * targets[each].length, 0);
}

/** How many checks a plan has for one pod, node, service or external target of a type, with one address and port. */
export function checksOfOne({ targets }: RoundPlan, type: TargetType): number {
  return new Set(targets[type].map(({ check }) => check)).size;
}

/** The targets of one check. */
export function targetsOf({ targets }: Pick<RoundPlan, "targets">, wanted: Check): AskedTarget[] {
  return TARGET_TYPES.flatMap((type) => targets[type]).filter(({ check }) => check === wanted);
}

/** A plan that asks for one more check at each target that a type has for its first check. */
export function withCheck(plan: RoundPlan, type: TargetType, check: Check): RoundPlan {
  const asked = plan.targets[type];
  const more = asked
    .filter((target) => target.check === asked[0]!.check)
    .map((target) => ({ ...target, check }));
  return { ...plan, targets: { ...plan.targets, [type]: dialledFirst([...asked, ...more]) } };
}

/** Mulberry32: a seed gives the same numbers at every run. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The outcome that one fault gives a probe, or null if it does not touch the probe. */
export type Fault = (target: AskedTarget, from: string, type: TargetType) => Outcome | null;

export const failing = (reason: Reason, with_: Partial<Outcome> = {}): Outcome => ({
  reason,
  latencyMs: null,
  attempts: 3,
  ...with_,
});

/** Several faults at once. The first one that touches a probe decides its outcome. */
export function under(...faults: readonly Fault[]): Finds {
  return (target, from, type) => {
    for (const fault of faults) {
      const outcome = fault(target, from, type);
      if (outcome) return outcome;
    }
    return OK;
  };
}

/** These say which probes a fault hits, by the numbers of the nodes. They never hit a node's probe of itself. */
export const into = (n: number) => (from: string, to: string) => to === nodeName(n) && from !== to;
export const outOf = (n: number) => (from: string, to: string) =>
  from === nodeName(n) && from !== to;
export const across =
  (...some: readonly number[]) =>
  (from: string, to: string) => {
    const side = new Set(some.map(nodeName));
    return side.has(from) !== side.has(to);
  };
export const way = (a: number, b: number) => (from: string, to: string) =>
  from === nodeName(a) && to === nodeName(b);

export const nodeName = (index: number) => `node-${index}`;

/** A fault of probes between the cluster's nodes: of all checks, or of some. */
export function between(
  isHit: (from: string, to: string) => boolean,
  outcome: Outcome = TIMEOUT,
  checks: readonly Check[] | null = null,
): Fault {
  return ({ node, check }, from) =>
    node !== null && (checks?.includes(check) ?? true) && isHit(from, node) ? outcome : null;
}

/** A fault of probes from some nodes, whatever their target. */
export function fromNodes(
  isHit: (from: string) => boolean,
  checks: readonly Check[],
  outcome: Outcome = TIMEOUT,
): Fault {
  return ({ check }, from) => (checks.includes(check) && isHit(from) ? outcome : null);
}
