import { setTimeout as sleep } from "node:timers/promises";
import { type Dropped, type RoundHead, TARGET_TYPES, type TargetList } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { explainRedisError } from "@netchecker/runtime/redis";
import type { Changes } from "./changes.ts";
import { concludeInSteps, giveVerdictInSteps } from "@netchecker/conclude";
import type { RedisFault } from "./core/redis-fault.ts";
import type { RoundsTally } from "./core/metrics/rounds-tally.ts";
import { closeRoundInSteps } from "@netchecker/round/close-round";
import { isoTime } from "@netchecker/round/iso-time";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { LeaseLostError } from "./core/lease-lost.ts";
import { closeUnconcluded } from "./core/not-concluded.ts";
import { type PlanSettings, toListColumns } from "@netchecker/round/plan";
import { planRound } from "@netchecker/round/plan-round";
import { reviewPlan } from "@netchecker/round/review-plan";
import { RoundCollector, type DropReason } from "@netchecker/round/round-collector";
import { driveSteps } from "./drive-steps.ts";
import type { RoundKeeper } from "./keep-rounds.ts";
import { logClosedRound, logFindings } from "./log-round.ts";
import type { ClusterWatch, Lease, OpenRound, ReportSource, RoundPublisher } from "./ports.ts";

export interface OneRoundSettings {
  /** The time from one round to the next. A verdict looks at the last three rounds. */
  readonly intervalMs: number;
  /** The time from opening a round to closing it by the timer; less than the interval. */
  readonly timeoutMs: number;
  readonly plan: PlanSettings;
}

export interface OneRoundParts {
  readonly cluster: ClusterWatch;
  readonly publisher: RoundPublisher;
  readonly reports: ReportSource;
  readonly keeper: RoundKeeper;
  readonly lease: Lease;
  readonly tally: RoundsTally;
  readonly log: Log;
  /** The known fault of Redis, if any. */
  readonly redisTrouble?: () => RedisFault | null;
  /** Told when a round opens and when it closes. */
  readonly changes: Changes;
  /** A new name for one publication of the lists. It never gives the same name twice. */
  readonly newListId: () => string;
}

/** No round can be opened now. The message says why; `code` is stable. */
export class CannotOpenRoundError extends Error {
  override name = "CannotOpenRoundError";
  readonly code: "round_open" | "cluster_unknown" | "no_nodes" | "standing_by" | "redis_away";

  constructor(code: CannotOpenRoundError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

interface OpenedRound extends OpenRound {
  readonly collector: RoundCollector;
  readonly staleSince: number | null;
  /** By the monotonic clock, because the wall clock can jump. */
  readonly openedAt: number;
  readonly completed: PromiseWithResolvers<void>;
  readonly requested: boolean;
}

/** How long a measured round waits to be stored before it is concluded. */
const MAX_STORE_WAIT_MS = 2_000;

export function standingBy(): CannotOpenRoundError {
  return new CannotOpenRoundError("standing_by", "Another netchecker opens the rounds.");
}

const withRequest = (head: RoundHead, requested: boolean): RoundHead =>
  requested ? { ...head, requested } : head;

/**
 * How long agents have for their reports. This ends a little before the timer fires, so that a report at the deadline
 * still counts.
 */
function reportWithin(timeoutMs: number): number {
  return Math.round(timeoutMs - Math.min(2_000, timeoutMs / 5));
}

/**
 * Runs one round, from publishing the lists to keeping the result. The caller must not run two at a time. Reports
 * that come while no round is open, or that belong to another round, are counted in the next round that closes.
 */
export class OneRound {
  readonly #settings: OneRoundSettings;
  readonly #parts: OneRoundParts;
  readonly #signal: AbortSignal;
  #open: OpenedRound | null = null;
  #dropped: Dropped = { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 };

  /** When `signal` aborts, an open round is recorded as abandoned. */
  constructor(settings: OneRoundSettings, parts: OneRoundParts, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#signal = signal;
    // While another netchecker holds the lease, reports are meant for that one.
    const isOurs = () => this.#open !== null || !parts.lease.standsBy;
    parts.reports.handle({
      readOrDrop: (type, head, chars) => {
        if (!isOurs()) return null;
        if (this.#open) return this.#open.collector.readOrDrop(type, head, chars);
        return { drop: head ? "late" : "wrong_shape" };
      },
      report: (report) => {
        const acceptance = this.#open?.collector.accept(report) ?? "late";
        if (acceptance === "accepted") parts.tally.accepted(report.type);
        else this.#drop(acceptance);
        if (this.#open?.collector.complete) this.#open.completed.resolve();
      },
      maxReportChars: () => this.#open?.collector.maxReportChars ?? 0,
      dropped: (why) => this.#drop(why),
    });
  }

  get open(): OpenRound | null {
    return this.#open && { id: this.#open.id, startedAt: this.#open.startedAt };
  }

  /**
   * Runs a whole round. Calls `onOpen` when it is published. `requested` means that a client asked for it. Throws a
   * {@link CannotOpenRoundError}.
   */
  async run(onOpen?: (round: OpenRound) => void, requested = false): Promise<void> {
    try {
      const round = await this.#publish(requested);
      onOpen?.({ id: round.id, startedAt: round.startedAt });
      const closedBy = await this.#untilClosed(round);
      await this.#close(round, closedBy);
    } finally {
      this.#setOpen(null);
    }
  }

  #setOpen(round: OpenedRound | null): void {
    this.#open = round;
    this.#parts.changes.tell();
  }

  async #publish(requested: boolean): Promise<OpenedRound> {
    const { cluster, publisher, keeper, log, newListId, tally } = this.#parts;
    const startedAt = Date.now();
    const openedAt = performance.now();
    const view = cluster.view();
    const plan = planRound(view, this.#settings.plan);
    const list = newListId();
    if (plan.agents.length === 0) throw this.#noNodes();
    /** Null until Redis has given an id. */
    let id: number | null = null;
    try {
      id = await publisher.nextId(keeper.lastId);
      keeper.noteGiven({ id, startedAt: isoTime(startedAt) });
      const collector = new RoundCollector(plan, id, list);
      const completed = Promise.withResolvers<void>();
      const { staleSince } = view;
      const round = { id, startedAt, openedAt, collector, staleSince, completed, requested };
      this.#setOpen(round);
      const withinMs = reportWithin(this.#settings.timeoutMs);
      const lists = TARGET_TYPES.map((type): TargetList => ({
        v: 1,
        type,
        round: round.id,
        list,
        reportWithinMs: withinMs,
        ...toListColumns(plan.targets[type]),
      }));
      const awaited = plan.agents.filter(({ absent }) => absent === null).length;
      await publisher.publish({ id, startedAt }, lists, withinMs, awaited);
      return round;
    } catch (error) {
      // Another netchecker opens the rounds, so this one has no failed round to record.
      if (error instanceof LeaseLostError) throw standingBy();
      const why = `could not be published: ${this.#sayWhy(error)}`;
      const shownAs = id ?? keeper.lastId + 1;
      log.error({ round: shownAs, why }, "the round failed");
      tally.ended("failed");
      const run = { id: shownAs, startedAt, finishedAt: Date.now() };
      const head = withRequest(roundWithoutResult(run, "failed", why), requested);
      void keeper.keepHead(head, id !== null);
      throw new CannotOpenRoundError("redis_away", `The round ${why}.`);
    }
  }

  /** A command without a connection fails without saying why. The Redis watch may know why. */
  #sayWhy(error: unknown): string {
    const { code, sentence } = explainRedisError(error);
    const known = code === "not_connected" ? this.#parts.redisTrouble?.() : null;
    return known?.sentence ?? sentence;
  }

  /** A node list without items cannot be right: netchecker itself runs on a node. */
  #noNodes(): CannotOpenRoundError {
    this.#parts.log.error("no round is opened: the API server lists no node that runs an agent");
    return new CannotOpenRoundError("no_nodes", "No node is known, so there is nobody to ask.");
  }

  async #untilClosed(round: OpenedRound): Promise<"reports" | "timer" | "stopped"> {
    if (round.collector.complete) return "reports";
    const left = this.#settings.timeoutMs - (performance.now() - round.openedAt);
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#signal]);
    try {
      return await Promise.race([
        round.completed.promise.then(() => "reports" as const),
        sleep(Math.max(left, 0), "timer" as const, { signal }).catch(() => "stopped" as const),
      ]);
    } finally {
      over.abort();
    }
  }

  async #close(round: OpenedRound, closedBy: "reports" | "timer" | "stopped"): Promise<void> {
    const { cluster, reports, keeper, log, tally } = this.#parts;
    const { id, startedAt, collector } = round;
    const finishedAt = startedAt + Math.round(performance.now() - round.openedAt);
    this.#setOpen(null);
    if (closedBy === "stopped") {
      const why = "netchecker was stopped while the round was open";
      tally.ended("abandoned");
      const head = roundWithoutResult({ id, startedAt, finishedAt }, "abandoned", why);
      void keeper.keepHead(withRequest(head, round.requested));
      return;
    }
    const run = {
      id,
      startedAt,
      finishedAt,
      closedBy,
      dropped: this.#dropped,
      clusterViewStaleSince: round.staleSince,
      redisAway: reports.awaySince !== null,
    };
    this.#dropped = { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 };
    const view = cluster.view();
    const plan = reviewPlan(collector.plan, view);
    const collected = await driveSteps(closeRoundInSteps(run, collector, plan));
    const measured = { ...collected, head: withRequest(collected.head, round.requested) };
    // Measured data is stored first: it must not be lost if concluding fails. A slow Redis delays this only a little.
    const stored = keeper.keepMeasured(measured);
    await Promise.race([stored, sleep(MAX_STORE_WAIT_MS, undefined, { ref: false })]);
    const closed = await this.conclude(measured, view);
    logClosedRound(log, closed);
  }

  /**
   * Concludes a measured round, serves it and stores it. If concluding fails, the round is closed with a notice
   * that says so. `view` is the cluster when the round closed.
   */
  async conclude(measured: ClosedRound, view: ClusterView): Promise<ClosedRound> {
    const { keeper, log } = this.#parts;
    const { id } = measured.head;
    const began = performance.now();
    try {
      const concluded = await driveSteps(concludeInSteps(measured, view, keeper.memory));
      const findings = concluded.findings;
      const { intervalMs } = this.#settings;
      const previous = keeper.latest?.head ?? null;
      const judged = await driveSteps(
        giveVerdictInSteps({ ...measured, findings }, concluded.memory, { previous, intervalMs }),
      );
      void keeper.keep(judged.round, judged.memory);
      logFindings(log, id, findings, concluded.changed);
      await this.#count(judged.round, performance.now() - began);
      return judged.round;
    } catch (error) {
      log.error({ round: id, err: error }, "a round was measured and could not be concluded");
      return this.closeUnconcluded(measured, `concluding it failed (${(error as Error).message})`);
    }
  }

  /** Closes a measured round without concluding it. `why` is a clause without a full stop. */
  async closeUnconcluded(measured: ClosedRound, why: string): Promise<ClosedRound> {
    const { keeper } = this.#parts;
    const closed = closeUnconcluded(measured, why);
    void keeper.keep(closed);
    await this.#count(closed, 0);
    return closed;
  }

  /** Counts a closed round for the metrics. An error here must not cost the round, which is already kept. */
  async #count(closed: ClosedRound, concludedInMs: number): Promise<void> {
    const { tally, log } = this.#parts;
    await driveSteps(tally.closed(closed, concludedInMs)).catch((error: unknown) => {
      log.error({ round: closed.head.id, err: error }, "a round could not be counted");
    });
  }

  #drop(why: DropReason): void {
    this.#parts.tally.dropped(why);
    const as = why in this.#dropped ? (why as keyof Dropped) : "invalid";
    this.#dropped = { ...this.#dropped, [as]: this.#dropped[as] + 1 };
  }
}
