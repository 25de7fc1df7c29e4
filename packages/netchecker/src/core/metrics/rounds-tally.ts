import {
  type Check,
  CHECKS,
  OK_CODE,
  type Reason,
  REASONS,
  TARGET_TYPES,
  type TargetType,
} from "@netchecker/contract";
import { Histogram, type MetricFamily, Tally } from "@netchecker/contract/metrics";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { countRound } from "@netchecker/round/count-round";
import type { DropReason } from "@netchecker/round/round-collector";
import type { Steps } from "@netchecker/round/steps";

/** In seconds: from a pod on the same node up to the timeout of an attempt. */
const LATENCY_BOUNDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];
const ROUND_BOUNDS = [0.5, 1, 2, 3, 5, 10, 20, 30, 45, 60, 120, 300];
const CONCLUDE_BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

const ALL_CHECKS = TARGET_TYPES.flatMap((type) =>
  CHECKS[type].map((check: Check) => ({ type, check })),
);

/** How a round can end. */
const ENDS = ["reports", "timer", "failed", "abandoned"] as const;
type End = (typeof ENDS)[number];

/** Why a report entered no round: the label for each reason. */
const DROPS = {
  late: "late",
  repeated: "repeated",
  unknownAgent: "unknown_agent",
  invalid: "does_not_fit",
  too_large: "too_large",
  too_many: "too_many",
  not_json: "not_json",
  wrong_version: "wrong_version",
  wrong_shape: "wrong_shape",
  wrong_type: "wrong_type",
} as const satisfies Record<DropReason, string>;

/** Counts over all rounds that this process ran. */
export class RoundsTally {
  readonly #rounds = new Tally<"ended">(
    "netchecker_rounds_total",
    "Rounds by how they ended: closed by reports or by the timer, failed (could not be published), abandoned.",
    ENDS.map((ended) => ({ ended })),
  );
  readonly #roundSeconds = new Histogram(
    "netchecker_round_duration_seconds",
    "From opening a round to closing it.",
    ROUND_BOUNDS,
    [{}],
  );
  readonly #concludeSeconds = new Histogram(
    "netchecker_conclude_duration_seconds",
    "How long it took to conclude a closed round: its summary and findings.",
    CONCLUDE_BOUNDS,
    [{}],
  );
  readonly #reports = new Tally<"type">(
    "netchecker_reports_total",
    "Reports that entered their round.",
    TARGET_TYPES.map((type) => ({ type })),
  );
  readonly #dropped = new Tally<"reason">(
    "netchecker_reports_dropped_total",
    "Messages that entered no round, by reason.",
    Object.values(DROPS).map((reason) => ({ reason })),
  );
  readonly #checks = new Tally<"type" | "check" | "reason">(
    "netchecker_checks_total",
    "Outcomes of closed rounds, by reason.",
    ALL_CHECKS.flatMap((each) => REASONS.map((reason: Reason) => ({ ...each, reason }))),
  );
  readonly #retried = new Tally<"type" | "check">(
    "netchecker_retried_checks_total",
    "Checks in closed rounds that took more than one attempt, whatever came of it.",
    ALL_CHECKS,
  );
  readonly #latency = new Histogram<"type" | "check">(
    "netchecker_latency_seconds",
    "Latency of checks that were ok, from connect to last byte; those of starved agents are left out.",
    LATENCY_BOUNDS,
    ALL_CHECKS,
  );

  ended(how: End): void {
    this.#rounds.add({ ended: how });
  }

  accepted(type: TargetType): void {
    this.#reports.add({ type });
  }

  dropped(why: DropReason): void {
    this.#dropped.add({ reason: DROPS[why] });
  }

  /** Counts a closed round. `concludedInMs` is how long concluding it took. */
  *closed(round: ClosedRound, concludedInMs: number): Steps<void> {
    this.ended(round.head.closedBy!);
    this.#roundSeconds.of({}).add(round.head.durationMs! / 1_000);
    this.#concludeSeconds.of({}).add(concludedInMs / 1_000);
    for (const { type, check, reasons, retried } of (yield* countRound(round)).checks) {
      this.#retried.add({ type, check }, retried);
      for (const [code, reason] of REASONS.entries())
        if (reasons[code]! > 0) this.#checks.add({ type, check, reason }, reasons[code]!);
    }
    for (const type of TARGET_TYPES) yield* this.#addLatencies(round, type);
  }

  get families(): MetricFamily[] {
    return [
      this.#rounds,
      this.#roundSeconds,
      this.#concludeSeconds,
      this.#reports,
      this.#dropped,
      this.#checks,
      this.#retried,
      this.#latency,
    ].map(({ family }) => family);
  }

  /** Goes target by target, because each target has one check. */
  *#addLatencies({ plan, matrices, agents }: ClosedRound, type: TargetType): Steps<void> {
    const { reasons, latencyUs, targets } = matrices[type];
    const trusted = agents.map(({ health }) => health[type]?.prober.starved === false);
    for (const [target, { check }] of plan.targets[type].entries()) {
      yield;
      const latency = this.#latency.of({ type, check });
      for (let agent = 0; agent < agents.length; agent += 1) {
        const cell = agent * targets + target;
        if (reasons[cell] === OK_CODE && trusted[agent]) latency.add(latencyUs[cell]! / 1e6);
      }
    }
  }
}
