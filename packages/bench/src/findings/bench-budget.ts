import {
  OK_CODE,
  type Prober,
  reasonCode,
  type RoundHead,
  TARGET_TYPES,
} from "@netchecker/contract";
import type { ClusterView } from "@netchecker/round/cluster-view";
import {
  concludeInSteps,
  emptyMemory,
  type FindingsMemory,
  giveVerdictInSteps,
} from "@netchecker/conclude";
import { closeRoundInSteps, type RoundRun } from "@netchecker/round/close-round";
import { planRound } from "@netchecker/round/plan-round";
import type { RoundPlan } from "@netchecker/round/plan";
import { reviewPlan } from "@netchecker/round/review-plan";
import { RoundCollector } from "@netchecker/round/round-collector";
import { encodeMeasured } from "@netchecker/netchecker/src/core/round-record.ts";
import type { Steps } from "@netchecker/round/steps";
import { below, type Row, told } from "../table.ts";
import { drawCluster } from "@netchecker/simulator/cluster";
import { Random } from "@netchecker/simulator/random";
import { INTERVAL_MS, ROUND_TOOK_MS, roundStart } from "@netchecker/simulator/round-times";
import { ALL_WELL, planSettings, viewOf } from "@netchecker/simulator/shown-cluster";

const ROUNDS = 3;
/** The event loop may be away for half a second; a machine may be slower than this one, and busy. */
const LONGEST_STEP_MS = 250;
/** Concluding a round must leave most of an interval to measuring. */
const MOST_CPU_MS = 10_000;

/** Whether a probe fails, by its agent and its target's index. */
type Fails = (agent: number, target: number, random: Random) => boolean;

interface Outage {
  readonly what: string;
  readonly nodes: number;
  readonly fails: Fails;
  /** Agents that report; absent: all. */
  readonly reporting?: number;
}

const OUTAGES: readonly Outage[] = [
  { what: "everything fails", nodes: 200, fails: () => true },
  { what: "50 % fail for themselves", nodes: 200, fails: (_, __, random) => random.chance(0.5) },
  { what: "everything fails", nodes: 1_000, fails: () => true },
  { what: "20 % fail for themselves", nodes: 1_000, fails: (_, __, random) => random.chance(0.2) },
  { what: "50 % fail for themselves", nodes: 1_000, fails: (_, __, random) => random.chance(0.5) },
  { what: "every other row fails", nodes: 1_000, fails: (agent) => agent % 2 === 0 },
  { what: "every other column fails", nodes: 1_000, fails: (_, target) => target % 4 < 2 },
  { what: "squares fail", nodes: 1_000, fails: (agent, target) => agent % 20 === target % 20 },
  { what: "three agents report", nodes: 1_000, fails: () => false, reporting: 3 },
];

const REASONS = (
  ["connect_timeout", "response_timeout", "connection_refused", "large_request_timeout"] as const
).map(reasonCode);

/** What concluding the worst rounds costs: its longest step, its CPU, and what comes of it. */
export function benchBudget(seed: number): Row[] {
  return OUTAGES.flatMap((outage) => {
    const random = new Random(seed, outage.what);
    const cluster = drawCluster(random, outage.nodes);
    let memory = emptyMemory();
    let previous: RoundHead | null = null;
    let longestMs = 0;
    let cpuMs = 0;
    let most = 0;
    let verdict = "";
    for (let id = 1; id <= ROUNDS; id += 1) {
      const view = viewOf(cluster, ALL_WELL, roundStart(id));
      const plan = planRound(view, planSettings(cluster));
      const collector = collect(plan, id, outage, random);
      const steps = concludeAll(id, collector, view, { memory, previous });
      const before = process.threadCpuUsage();
      const result = timed(steps, (ms) => {
        longestMs = Math.max(longestMs, ms);
      });
      const { user, system } = process.threadCpuUsage(before);
      cpuMs = Math.max(cpuMs, (user + system) / 1_000);
      memory = result.memory;
      previous = result.round.head;
      most = Math.max(most, result.round.findings.length);
      verdict = result.round.head.verdict!.sentence;
    }
    const what = `${outage.nodes} nodes, ${outage.what}`;
    return [
      below(`${what}: longest step`, longestMs, LONGEST_STEP_MS, "ms"),
      below(`${what}: CPU`, cpuMs, MOST_CPU_MS, "ms"),
      below(`${what}: findings`, most, 202, ""),
      told(`${what}: what is remembered`, `${(JSON.stringify(memory).length / 1e3).toFixed(0)} kB`),
      told(
        `${what}: peak memory so far`,
        `${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
      ),
      told(what, verdict.slice(0, 100)),
    ];
  });
}

/** A round as its agents would report it, each failure with a detail of its own. */
function collect(plan: RoundPlan, id: number, outage: Outage, random: Random): RoundCollector {
  const collector = new RoundCollector(plan, id, `list-${id}`);
  const reporting = outage.reporting ?? plan.agents.length;
  for (const type of TARGET_TYPES) {
    const matrix = collector.matrices[type];
    for (let agent = 0; agent < reporting; agent += 1) {
      collector.agents[agent]!.health[type] = { tookMs: 1_000, prober: PROBER };
      for (let target = 0; target < matrix.targets; target += 1) {
        const cell = matrix.cell(agent, target);
        const fails = outage.fails(agent, target, random);
        matrix.reasons[cell] = fails ? REASONS[random.int(REASONS.length)]! : OK_CODE;
        matrix.attempts[cell] = fails ? 3 : 1;
        matrix.latencyUs[cell] = fails ? 0 : 200 + random.int(800);
        if (fails) matrix.setDetail(cell, `connection ${cell} of ${type} was lost on its way`);
      }
    }
  }
  return collector;
}

const PROBER: Prober = { loopDelayP99Ms: 5, throttledMs: 0, starved: false };

/** From the last report to the verdict and what is stored, as a round's close does it. */
function* concludeAll(
  id: number,
  collector: RoundCollector,
  view: ClusterView,
  { memory, previous }: { memory: FindingsMemory; previous: RoundHead | null },
) {
  const run: RoundRun = {
    id,
    startedAt: roundStart(id),
    finishedAt: roundStart(id) + ROUND_TOOK_MS,
    closedBy: "reports",
    dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
    clusterViewStaleSince: null,
    redisAway: false,
  };
  const plan = reviewPlan(collector.plan, view);
  yield;
  const round = yield* closeRoundInSteps(run, collector, plan);
  const concluded = yield* concludeInSteps(round, view, memory);
  const judgedWith = { previous, intervalMs: INTERVAL_MS };
  const judged = yield* giveVerdictInSteps(
    { ...round, findings: concluded.findings },
    concluded.memory,
    judgedWith,
  );
  yield* encodeMeasured(judged.round);
  return judged;
}

function timed<T>(steps: Steps<T>, tell: (ms: number) => void): T {
  for (;;) {
    const before = process.threadCpuUsage();
    const { done, value } = steps.next();
    const { user, system } = process.threadCpuUsage(before);
    tell((user + system) / 1_000);
    if (done) return value;
  }
}
