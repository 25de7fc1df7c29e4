import {
  NOT_PROBED_CODE,
  type Outcome,
  type Prober,
  reasonOf,
  type Report,
  TARGET_TYPES,
  type TargetType,
  toColumns,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/netchecker/src/core/closed-round.ts";
import type { ClusterView } from "@netchecker/netchecker/src/core/cluster-view.ts";
import { concludeRound } from "@netchecker/netchecker/src/core/conclude/conclude-round.ts";
import type { OutcomeMatrix } from "@netchecker/netchecker/src/core/outcome-matrix.ts";
import { dialledCount, type RoundPlan } from "@netchecker/netchecker/src/core/plan.ts";
import { planRound } from "@netchecker/netchecker/src/core/plan-round.ts";
import { reviewPlan } from "@netchecker/netchecker/src/core/review-plan.ts";
import { reportedAll, RoundCollector } from "@netchecker/netchecker/src/core/round-collector.ts";
import type { Attempt } from "./conversation.ts";
import { oddNodes, ProbingAgent, type RowSink, type SimulatedTarget } from "./probe-row.ts";
import type { Random } from "./random.ts";
import { arrivingTypes, collects } from "./reporting.ts";
import { ROUND_TOOK_MS, roundStart } from "./round-times.ts";
import { planSettings, type Shown, viewOf } from "./shown-cluster.ts";
import { backendsOf, type World } from "./world.ts";

/** What Kubernetes tells when a round opens, and when it closes. */
export interface RoundViews {
  readonly opening: Shown;
  readonly closing: Shown;
}

export interface SimulatedRound {
  readonly round: ClosedRound;
  /** As the round closes. */
  readonly view: ClusterView;
}

/**
 * One round of a world: planned from the view, probed packet by packet, reported, collected and
 * concluded by netchecker's own code. `wire` makes real reports and hands them in; without, the same
 * outcomes are written into the same columns, which a mesh of 500 nodes needs.
 */
export function simulateRound(
  world: World,
  views: RoundViews,
  { id, random, wire = false }: { id: number; random: Random; wire?: boolean },
): SimulatedRound {
  const { cluster } = world;
  const startedAt = roundStart(id);
  const plan = planRound(viewOf(cluster, views.opening, startedAt), planSettings(cluster));
  const collector = new RoundCollector(plan, id, `list-${id}`);
  const redisAway = !collects(world);
  const targets = simulatedTargets(world, plan);
  const counts = countsOf(targets);
  const shared = { backends: backendsOf(world), odd: oddNodes(world) };
  const indexOf = nodeIndexes(world);
  const pingOf = new Set(cluster.nodes.map(({ ping }) => ping));
  for (const [row, agent] of plan.agents.entries()) {
    const node = indexOf.get(agent.node)!;
    // A pod that Kubernetes calls not ready has no process that could report.
    if (redisAway || agent.absent !== null || !pingOf.has(agent.pod!)) continue;
    const types = arrivingTypes(world, node, counts);
    if (types.length === 0) continue;
    const probing = new ProbingAgent(world, node, random, shared);
    for (const type of types) {
      const prober = proberOf(world, node, random);
      const tookMs = 1_000;
      if (wire) {
        const sink = new ReportSink(targets[type].length);
        probing.probe(targets[type], sink);
        const { pod, ip } = agent;
        const head = { v: 1, type, round: id, list: `list-${id}`, tookMs, prober } as const;
        const from = { pod: pod!, node: agent.node, ip: ip! };
        const acceptance = collector.accept({ ...head, agent: from, ...sink.columns() });
        if (acceptance !== "accepted") throw new Error(`a report was ${acceptance}`);
      } else {
        probing.probe(targets[type], new MatrixSink(collector.matrices[type], row));
        collector.agents[row]!.health[type] = { tookMs, prober };
      }
    }
  }
  const complete = plan.agents.every(
    ({ absent }, row) => absent !== null || reportedAll(collector.agents[row]!),
  );
  const finishedAt = startedAt + ROUND_TOOK_MS;
  const view = viewOf(cluster, views.closing, finishedAt);
  const run = {
    id,
    startedAt,
    finishedAt,
    closedBy: complete ? ("reports" as const) : ("timer" as const),
    dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
    clusterViewStaleSince: null,
    redisAway,
  };
  return { round: concludeRound(run, collector, reviewPlan(plan, view)), view };
}

function nodeIndexes({ cluster }: World): Map<string, number> {
  return new Map(cluster.nodes.map(({ name, index }) => [name, index]));
}

/** The targets that agents are told to dial. */
function simulatedTargets(
  world: World,
  plan: RoundPlan,
): Record<TargetType, readonly SimulatedTarget[]> {
  const indexOf = nodeIndexes(world);
  return Object.fromEntries(
    TARGET_TYPES.map((type) => [
      type,
      plan.targets[type].slice(0, dialledCount(plan.targets[type])).map((target, index) => ({
        check: target.check,
        node: target.node === null ? -1 : indexOf.get(target.node)!,
        external: type === "external" ? index : -1,
      })),
    ]),
  ) as unknown as Record<TargetType, SimulatedTarget[]>;
}

function countsOf(targets: Record<TargetType, readonly unknown[]>): Record<TargetType, number> {
  const { pod, node, service, external } = targets;
  return {
    pod: pod.length,
    node: node.length,
    service: service.length,
    external: external.length,
  };
}

function proberOf(world: World, node: number, random: Random): Prober {
  const starved = world.agents[node]!.is === "starved";
  return {
    loopDelayP99Ms: Math.round(starved ? random.between(120, 900) : random.between(0.5, 12)),
    throttledMs: starved ? Math.round(random.between(150, 700)) : 0,
    starved,
  };
}

/** Writes outcomes into a matrix, as `OutcomeMatrix.setRow` does with a report. */
class MatrixSink implements RowSink {
  readonly #matrix: OutcomeMatrix;
  readonly #start: number;

  constructor(matrix: OutcomeMatrix, row: number) {
    this.#matrix = matrix;
    this.#start = matrix.cell(row, 0);
  }

  put(target: number, code: number, attempts: number, latencyUs: number): void {
    const cell = this.#start + target;
    this.#matrix.reasons[cell] = code;
    this.#matrix.attempts[cell] = attempts;
    this.#matrix.latencyUs[cell] = latencyUs;
  }

  tell(target: number, { answeredBy, detail }: Attempt): void {
    const cell = this.#start + target;
    if (answeredBy && answeredBy.length > 0) this.#matrix.setAnsweredBy(cell, answeredBy);
    if (detail) this.#matrix.detail.set(cell, detail);
  }
}

/** Gathers outcomes for a report. */
class ReportSink implements RowSink {
  readonly #outcomes: Outcome[];

  constructor(count: number) {
    const reason = reasonOf(NOT_PROBED_CODE);
    this.#outcomes = Array.from({ length: count }, () => ({
      reason,
      latencyMs: null,
      attempts: 0,
    }));
  }

  put(target: number, code: number, attempts: number, latencyUs: number): void {
    const latencyMs = latencyUs === 0 ? null : latencyUs / 1_000;
    this.#outcomes[target] = { reason: reasonOf(code), latencyMs, attempts };
  }

  tell(target: number, { answeredBy, detail }: Attempt): void {
    const outcome = this.#outcomes[target]!;
    this.#outcomes[target] = {
      ...outcome,
      ...(answeredBy && { answeredBy }),
      ...(detail !== undefined && { detail }),
    };
  }

  columns(): Pick<Report, "reasons" | "attempts" | "latencyMs" | "answeredBy" | "detail"> {
    return toColumns(this.#outcomes);
  }
}
