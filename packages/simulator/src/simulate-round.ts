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
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { closeRound } from "@netchecker/round/close-round";
import type { OutcomeMatrix } from "@netchecker/round/outcome-matrix";
import { dialledCount, type RoundPlan } from "@netchecker/round/plan";
import { planRound } from "@netchecker/round/plan-round";
import { reviewPlan } from "@netchecker/round/review-plan";
import { reportedAll, RoundCollector } from "@netchecker/round/round-collector";
import type { Cluster } from "./cluster.ts";
import type { Attempt } from "./conversation.ts";
import { oddNodes, ProbingAgent, type RowSink, type SimulatedTarget } from "./probe-row.ts";
import type { Random } from "./random.ts";
import { arrivingTypes, collects } from "./reporting.ts";
import { ROUND_TOOK_MS, roundStart } from "./round-times.ts";
import { planSettings, type Shown, viewOf } from "./shown-cluster.ts";
import { backendsOf, type World } from "./world.ts";

/** What an agent needs for one list, milliseconds. */
const TOOK_MS = 1_000;

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
  const round = new OpenRound(cluster, id, startedAt, viewOf(cluster, views.opening, startedAt));
  const pingOf = new Set(cluster.nodes.map(({ ping }) => ping));
  const redisAway = !collects(world);
  const during = round.during(world);
  for (const [row, { absent, pod }] of round.plan.agents.entries())
    // A pod that Kubernetes calls not ready has no process that could report.
    if (!redisAway && absent === null && pingOf.has(pod!)) during.report(row, random, wire);
  const finishedAt = startedAt + ROUND_TOOK_MS;
  return round.close(finishedAt, viewOf(cluster, views.closing, finishedAt), redisAway);
}

/** A round that agents report to, in one world or in several one after the other. */
export class OpenRound {
  readonly plan: RoundPlan;
  readonly #id: number;
  readonly #startedAt: number;
  readonly #collector: RoundCollector;

  constructor(cluster: Cluster, id: number, startedAt: number, view: ClusterView) {
    this.#id = id;
    this.#startedAt = startedAt;
    this.plan = planRound(view, planSettings(cluster));
    this.#collector = new RoundCollector(this.plan, id, `list-${id}`);
  }

  hasReported(row: number): boolean {
    return reportedAll(this.#collector.agents[row]!);
  }

  /** Whether all whom the round waits for have reported. */
  get complete(): boolean {
    return this.plan.agents.every(({ absent }, row) => absent !== null || this.hasReported(row));
  }

  /** The agents of a world probe, and report what they have. */
  during(world: World): { report(row: number, random: Random, wire?: boolean): void } {
    const targets = simulatedTargets(world, this.plan);
    const counts = countsOf(targets);
    const shared = { backends: backendsOf(world), odd: oddNodes(world) };
    const indexOf = nodeIndexes(world);
    return {
      report: (row, random, wire = false) => {
        const agent = this.plan.agents[row]!;
        const node = indexOf.get(agent.node)!;
        const types = arrivingTypes(world, node, counts);
        if (types.length === 0) return;
        const probing = new ProbingAgent(world, node, random, shared);
        for (const type of types) {
          const prober = proberOf(world, node, random);
          if (wire) this.#handIn(row, type, targets[type], probing, prober);
          else {
            probing.probe(targets[type], new MatrixSink(this.#collector.matrices[type], row));
            this.#collector.agents[row]!.health[type] = { tookMs: TOOK_MS, prober };
          }
        }
      },
    };
  }

  #handIn(
    row: number,
    type: TargetType,
    targets: readonly SimulatedTarget[],
    probing: ProbingAgent,
    prober: Prober,
  ): void {
    const sink = new ReportSink(targets.length);
    probing.probe(targets, sink);
    const { pod, node, ip } = this.plan.agents[row]!;
    const [round, list] = [this.#id, `list-${this.#id}`];
    const head = { v: 1, type, round, list, tookMs: TOOK_MS, prober } as const;
    const agent = { pod: pod!, node, ip: ip! };
    const acceptance = this.#collector.accept({ ...head, agent, ...sink.columns() });
    if (acceptance !== "accepted") throw new Error(`a report was ${acceptance}`);
  }

  /** What netchecker makes of it, with what Kubernetes shows by then. */
  close(finishedAt: number, view: ClusterView, redisAway = false): SimulatedRound {
    const run = {
      id: this.#id,
      startedAt: this.#startedAt,
      finishedAt,
      closedBy: this.complete ? ("reports" as const) : ("timer" as const),
      dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
      clusterViewStaleSince: null,
      redisAway,
    };
    return { round: closeRound(run, this.#collector, reviewPlan(this.plan, view)), view };
  }
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
        pod: type === "pod" ? target.name : null,
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
    if (detail) this.#matrix.setDetail(cell, detail);
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
