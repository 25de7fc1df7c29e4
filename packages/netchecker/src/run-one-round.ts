import { setTimeout as sleep } from "node:timers/promises";
import { type Dropped, TARGET_TYPES, type TargetList } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import { explainRedisError } from "@netchecker/runtime/redis";
import type { Changes } from "./changes.ts";
import { concludeInSteps } from "./core/conclude/conclude.ts";
import type { RedisFault } from "./core/redis-fault.ts";
import type { RoundsTally } from "./core/metrics/rounds-tally.ts";
import { concludeRoundInSteps, roundWithoutResult } from "./core/conclude/conclude-round.ts";
import { type PlanSettings, toListColumns } from "./core/plan.ts";
import { planRound } from "./core/plan-round.ts";
import { reviewPlan } from "./core/review-plan.ts";
import { giveVerdictInSteps } from "./core/verdict/judge-round.ts";
import { RoundCollector, type Unread } from "./core/round-collector.ts";
import { driveSteps } from "./drive-steps.ts";
import type { RoundKeeper } from "./keep-rounds.ts";
import { tellFindings } from "./tell-findings.ts";
import type { ClusterWatch, Lease, OpenRound, ReportSource, RoundPublisher } from "./ports.ts";

export interface OneRoundSettings {
  /** A round is opened so often: a verdict is of the last three. */
  readonly intervalMs: number;
  /** From opening to closing by the timer; below the interval. */
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
  /** What is known to be wrong with Redis. */
  readonly redisTrouble?: () => RedisFault | null;
  /** Told when a round is opened, and when none is any more. */
  readonly changes: Changes;
  /** Names one publication of the lists; never the same twice. */
  readonly newListId: () => string;
}

/** No round can be opened now; `code` is stable, the message says why. */
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
  /** Of a clock that nobody sets: wall clocks jump. */
  readonly openedAt: number;
  readonly completed: PromiseWithResolvers<void>;
}

/** Reports are due a little before the timer fires, so that one at the deadline still counts. */
function reportWithin(timeoutMs: number): number {
  return Math.round(timeoutMs - Math.min(2_000, timeoutMs / 5));
}

/**
 * From publishing to keeping: one round, and never two at a time. Reports that come while none is open,
 * or that belong to another, are counted and told with the next round that closes.
 */
export class OneRound {
  readonly #settings: OneRoundSettings;
  readonly #parts: OneRoundParts;
  readonly #signal: AbortSignal;
  /** From the first step of opening a round to the last of keeping it: the one door for all rounds. */
  #busy: Promise<void> | null = null;
  #open: OpenedRound | null = null;
  #dropped: Dropped = { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 };

  /** When `signal` aborts, a round that is open is recorded as abandoned. */
  constructor(settings: OneRoundSettings, parts: OneRoundParts, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#signal = signal;
    // What is said to another netchecker is not ours to count.
    const isOurs = () => this.#open !== null || !parts.lease.standsBy;
    parts.reports.handle({
      foresee: (type, head, chars) => {
        if (!isOurs()) return null;
        if (this.#open) return this.#open.collector.foresee(type, head, chars);
        return { drop: head ? "late" : "wrong_shape" };
      },
      report: (report) => {
        const acceptance = this.#open?.collector.accept(report) ?? "late";
        if (acceptance === "accepted") parts.tally.accepted(report.type);
        else this.#drop(acceptance);
        if (this.#open?.collector.complete) this.#open.completed.resolve();
      },
      mostChars: () => this.#open?.collector.mostChars ?? 0,
      dropped: (why) => this.#drop(why),
    });
  }

  get open(): OpenRound | null {
    return this.#open && { id: this.#open.id, startedAt: this.#open.startedAt };
  }

  get busy(): boolean {
    return this.#busy !== null;
  }

  /** Resolves when no round is being run. */
  async idle(): Promise<void> {
    await this.#busy?.catch(() => {});
  }

  /** Runs a whole round; `onOpen` is called when it is published. Throws a {@link CannotOpenRoundError}. */
  run(onOpen?: (round: OpenRound) => void): Promise<void> {
    if (this.#busy) {
      const which = this.#open
        ? `Round ${this.#open.id} is open`
        : "A round is being opened or stored";
      throw new CannotOpenRoundError("round_open", `${which}; one at a time.`);
    }
    this.#busy = this.#run(onOpen).finally(() => {
      this.#setOpen(null);
      this.#busy = null;
    });
    return this.#busy;
  }

  #setOpen(round: OpenedRound | null): void {
    this.#open = round;
    this.#parts.changes.tell();
  }

  async #run(onOpen?: (round: OpenRound) => void): Promise<void> {
    const round = await this.#publish();
    onOpen?.({ id: round.id, startedAt: round.startedAt });
    const closedBy = await this.#untilClosed(round);
    await this.#close(round, closedBy);
  }

  async #publish(): Promise<OpenedRound> {
    const { cluster, publisher, keeper, log, newListId, tally } = this.#parts;
    const startedAt = Date.now();
    const openedAt = performance.now();
    const view = cluster.view();
    const plan = planRound(view, this.#settings.plan);
    const list = newListId();
    let id = keeper.lastId + 1;
    if (plan.agents.length === 0) throw this.#noNodes();
    try {
      id = await publisher.nextId(keeper.lastId);
      const collector = new RoundCollector(plan, id, list);
      const completed = Promise.withResolvers<void>();
      const { staleSince } = view;
      const round = { id, startedAt, openedAt, collector, staleSince, completed };
      this.#setOpen(round);
      const withinMs = reportWithin(this.#settings.timeoutMs);
      const lists = TARGET_TYPES.map((type): TargetList => ({
        v: 1,
        type,
        round: id,
        list,
        reportWithinMs: withinMs,
        ...toListColumns(plan.targets[type]),
      }));
      const awaited = plan.agents.filter(({ absent }) => absent === null).length;
      await publisher.publish({ id, startedAt }, lists, withinMs, awaited);
      return round;
    } catch (error) {
      const why = `could not be published: ${this.#sayWhy(error)}`;
      log.error({ round: id, why }, "the round failed");
      tally.ended("failed");
      await keeper.keepHead(
        roundWithoutResult({ id, startedAt, finishedAt: Date.now() }, "failed", why),
      );
      throw new CannotOpenRoundError("redis_away", `The round ${why}.`);
    }
  }

  /** A command that finds no connection does not know why there is none. */
  #sayWhy(error: unknown): string {
    const { code, sentence } = explainRedisError(error);
    const known = code === "not_connected" ? this.#parts.redisTrouble?.() : null;
    return known?.sentence ?? sentence;
  }

  /** A list without items is no empty cluster: there would be no netchecker either. */
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
      return keeper.keepHead(roundWithoutResult({ id, startedAt, finishedAt }, "abandoned", why));
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
    const concludesSince = performance.now();
    const view = cluster.view();
    const plan = reviewPlan(collector.plan, view);
    const closed = await driveSteps(concludeRoundInSteps(run, collector, plan));
    const concluded = await driveSteps(concludeInSteps(closed, view, keeper.memory));
    const { findings, memory, changed } = concluded;
    const { intervalMs } = this.#settings;
    const previous = keeper.latest?.head ?? null;
    const judged = await driveSteps(
      giveVerdictInSteps({ ...closed, findings }, memory, { previous, intervalMs }),
    );
    await driveSteps(tally.closed(judged.round, performance.now() - concludesSince));
    await keeper.keep(judged.round, judged.memory);
    tellFindings(log, id, findings, changed);
    const { durationMs, expected, reported, missing } = closed.head;
    log.info(
      { round: id, closedBy, durationMs, expected, reported, missing, summary: closed.summary },
      "closed a round",
    );
  }

  #drop(why: Unread): void {
    this.#parts.tally.dropped(why);
    const as = why in this.#dropped ? (why as keyof Dropped) : "invalid";
    this.#dropped = { ...this.#dropped, [as]: this.#dropped[as] + 1 };
  }
}
