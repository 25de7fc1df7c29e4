import {
  type Check,
  CHECKS,
  type Report,
  REASONS,
  reasonCodeAt,
  TARGET_TYPES,
  type TargetList,
  type TargetType,
} from "@netchecker/contract";
import {
  gauge,
  Histogram,
  type MetricFamily,
  type Sample,
  Tally,
} from "@netchecker/contract/metrics";
import type { ArrivedList } from "../ports.ts";

/** Seconds. Only a few bounds, because every agent has these series. netchecker's are finer. */
const LATENCY_BOUNDS = [0.001, 0.005, 0.025, 0.1, 0.5, 1];

const TYPES = TARGET_TYPES.map((type) => ({ type }));
const ALL_CHECKS = TARGET_TYPES.flatMap((type) =>
  CHECKS[type].map((check: Check) => ({ type, check })),
);

/** The result of one PUBLISH: somebody received it, nobody did, or Redis did not take it. */
const PUBLISHES = ["heard", "unheard", "failed"] as const;
type Publish = (typeof PUBLISHES)[number];

/** The counters of an agent since its start, and figures of its last reports. */
export class AgentTally {
  readonly #lists = new Tally<"type" | "via">(
    "netchecker_ping_lists_total",
    "Target lists that came, by channel, or late and by the key under which they wait.",
    TYPES.flatMap(({ type }) => (["channel", "key"] as const).map((via) => ({ type, via }))),
  );
  readonly #superseded = new Tally<"type">(
    "netchecker_ping_lists_superseded_total",
    "Lists that a newer one came for before they were answered.",
    TYPES,
  );
  readonly #reports = new Tally<"type" | "result">(
    "netchecker_ping_reports_total",
    "Reports, by whether they were delivered by the time they were due.",
    TYPES.flatMap(({ type }) =>
      (["delivered", "undelivered"] as const).map((result) => ({ type, result })),
    ),
  );
  readonly #publishes = new Tally<"result">(
    "netchecker_ping_publishes_total",
    "Tries to publish a report: heard, unheard (nobody subscribes), failed (Redis did not take it).",
    PUBLISHES.map((result) => ({ result })),
  );
  readonly #probes = new Tally<"type" | "check" | "reason">(
    "netchecker_ping_probes_total",
    "Targets probed, by the reason that the last attempt gave.",
    ALL_CHECKS.map((each) => ({ ...each, reason: "ok" })),
  );
  readonly #retried = new Tally<"type" | "check">(
    "netchecker_ping_retried_probes_total",
    "Targets that took more than one attempt, whatever came of it.",
    ALL_CHECKS,
  );
  readonly #latency = new Histogram<"type">(
    "netchecker_ping_latency_seconds",
    "Latency of probes that were ok, from connect to last byte.",
    LATENCY_BOUNDS,
    TYPES,
  );
  readonly #throttled = new Tally<never>(
    "netchecker_ping_throttled_seconds_total",
    "For how long the kernel held the agent back for its CPU limit while it probed.",
    [{}],
  );
  readonly #last = new Map<TargetType, Report>();

  list({ list: { type }, via }: ArrivedList): void {
    this.#lists.add({ type, via });
  }

  superseded(type: TargetType): void {
    this.#superseded.add({ type });
  }

  published(result: Publish): void {
    this.#publishes.add({ result });
  }

  reported({ type, check }: TargetList, report: Report, delivered: boolean): void {
    this.#reports.add({ type, result: delivered ? "delivered" : "undelivered" });
    this.#throttled.add({}, (report.prober.throttledMs ?? 0) / 1_000);
    this.#last.set(type, report);
    for (const [index, each] of check.entries()) {
      const reason = REASONS[reasonCodeAt(report, index)]!;
      this.#probes.add({ type, check: each, reason });
      if (Number(report.attempts[index]) > 1) this.#retried.add({ type, check: each });
      if (reason === "ok") this.#latency.of({ type }).add(report.latencyMs[index]! / 1_000);
    }
  }

  get families(): MetricFamily[] {
    return [
      this.#lists.family,
      this.#superseded.family,
      this.#reports.family,
      this.#publishes.family,
      this.#probes.family,
      this.#retried.family,
      this.#latency.family,
      this.#throttled.family,
      gauge(
        "netchecker_ping_report_duration_seconds",
        "From the arrival of the last list to its report.",
        this.#ofLast(({ tookMs }) => tookMs / 1_000),
      ),
      gauge(
        "netchecker_ping_event_loop_delay_seconds",
        "99th percentile of the event loop's delay while the last list was probed.",
        this.#ofLast(({ prober }) => prober.loopDelayP99Ms / 1_000),
      ),
      gauge(
        "netchecker_ping_starved",
        "Whether the agent had too little CPU to be trusted while the last list was probed.",
        this.#ofLast(({ prober }) => Number(prober.starved)),
      ),
    ];
  }

  #ofLast(value: (report: Report) => number): Sample[] {
    return [...this.#last].map(([type, report]) => ({ labels: { type }, value: value(report) }));
  }
}
