import { setTimeout as sleep } from "node:timers/promises";
import { type Dropped, TARGET_TYPES, type TargetList } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { Acceptance } from "./core/round-collector.ts";
import { concludeRound, roundWithoutResult } from "./core/conclude/conclude-round.ts";
import { planRound, type PlanSettings, toListColumns } from "./core/plan-round.ts";
import { RoundCollector } from "./core/round-collector.ts";
import type { RoundKeeper } from "./keep-rounds.ts";
import type {
  ClusterWatch,
  Holding,
  Lease,
  OpenRound,
  ReportSource,
  RoundPublisher,
  RoundStore,
} from "./ports.ts";

/** How soon a start that came before Redis looks again: it must not cost an interval. */
const LOOK_AGAIN_MS = 250;

export interface RoundSettings {
  readonly intervalMs: number;
  /** From opening to closing by the timer; below the interval. */
  readonly timeoutMs: number;
  readonly plan: PlanSettings;
}

export interface RoundParts {
  readonly cluster: ClusterWatch;
  readonly publisher: RoundPublisher;
  readonly reports: ReportSource;
  readonly store: RoundStore;
  readonly keeper: RoundKeeper;
  readonly lease: Lease;
  readonly log: Log;
  /** Names one publication of the lists; never the same twice. */
  readonly newListId: () => string;
}

/** No round can be opened now; `code` is stable, the message says why. */
export class CannotOpenRoundError extends Error {
  override name = "CannotOpenRoundError";
  readonly code: "round_open" | "cluster_unknown" | "standing_by" | "redis_away";

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

/** Opens a round each interval, collects, closes, concludes and keeps it. One round is open at a time. */
export class RoundRunner {
  readonly #settings: RoundSettings;
  readonly #parts: RoundParts;
  readonly #signal: AbortSignal;
  #synced = false;
  /** As of the last tick: the lease renews itself in between. */
  #held: Holding = "redis_away";
  /** From the first step of opening a round to the last of keeping it: the one door for all rounds. */
  #busy = false;
  #open: OpenedRound | null = null;
  #dropped: Dropped = { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 };

  /** Aborting `signal` ends it; a round that is open then is recorded as abandoned. */
  constructor(settings: RoundSettings, parts: RoundParts, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#signal = signal;
    parts.reports.onInvalid(() => this.#drop("invalid"));
    parts.reports.onReport((report) => {
      const acceptance = this.#open?.collector.accept(report) ?? "late";
      if (acceptance !== "accepted") this.#drop(acceptance);
      if (this.#open?.collector.complete) this.#open.completed.resolve();
    });
  }

  get open(): OpenRound | null {
    return this.#open && { id: this.#open.id, startedAt: this.#open.startedAt };
  }

  /** Whether the cluster has been seen, so that rounds can be planned. */
  get synced(): boolean {
    return this.#synced;
  }

  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#parts.cluster.synced, ended]);
    this.#synced = !this.#signal.aborted;
    while (!this.#signal.aborted) {
      const tick = performance.now();
      await this.#tick();
      const { intervalMs } = this.#settings;
      const everyMs = this.#parts.keeper.restored ? intervalMs : LOOK_AGAIN_MS;
      const left = everyMs - (performance.now() - tick);
      await sleep(Math.max(left, 0), undefined, { signal: this.#signal }).catch(() => {});
    }
  }

  /** Opens a round now and gives it; it goes on by itself. Throws a {@link CannotOpenRoundError}. */
  async trigger(): Promise<OpenRound> {
    if (!this.#synced)
      throw new CannotOpenRoundError("cluster_unknown", "The cluster has not been listed yet.");
    if (!this.#parts.keeper.restored)
      throw new CannotOpenRoundError("redis_away", "Redis has not been read yet.");
    if (this.#parts.lease.holding === "other")
      throw new CannotOpenRoundError("standing_by", "Another netchecker opens the rounds.");
    const opened = Promise.withResolvers<OpenRound>();
    void this.#round(opened).catch(opened.reject);
    return opened.promise;
  }

  async #tick(): Promise<void> {
    const holding = await this.#parts.lease.hold();
    if (this.#busy) return;
    const before = this.#held;
    this.#held = holding;
    if (holding === "other") return;
    if (holding === "held" && before !== "held") await this.#takeOver();
    // Ids come from Redis: until it was read once there is none to record a failure under.
    if (!this.#parts.keeper.restored) return;
    await this.#round().catch((error: unknown) => {
      if (!(error instanceof CannotOpenRoundError)) throw error;
    });
  }

  /** A round that is open in Redis but not here was left by a netchecker that died. */
  async #takeOver(): Promise<void> {
    const { store, keeper, log } = this.#parts;
    try {
      const left = await store.openRound();
      // One of our own that Redis did not see closed waits to be stored.
      if (left && left.id > keeper.lastId) {
        log.warn({ round: left.id }, "abandons the round that an ended netchecker left open");
        const run = { ...left, finishedAt: Date.now() };
        await keeper.keepHead(
          roundWithoutResult(run, "abandoned", "netchecker ended while the round was open"),
        );
      }
      if (!keeper.restored) await keeper.restore();
    } catch (error) {
      this.#held = "redis_away";
      log.warn({ err: (error as Error).message }, "could not look for a round that was left open");
    }
  }

  async #round(opened?: PromiseWithResolvers<OpenRound>): Promise<void> {
    if (this.#busy) {
      const which = this.#open
        ? `Round ${this.#open.id} is open`
        : "A round is being opened or stored";
      throw new CannotOpenRoundError("round_open", `${which}; one at a time.`);
    }
    this.#busy = true;
    try {
      const round = await this.#openRound();
      opened?.resolve({ id: round.id, startedAt: round.startedAt });
      const closedBy = await this.#untilClosed(round);
      await this.#close(round, closedBy);
    } finally {
      this.#open = null;
      this.#busy = false;
    }
  }

  async #openRound(): Promise<OpenedRound> {
    const { cluster, publisher, keeper, log, newListId } = this.#parts;
    const startedAt = Date.now();
    const openedAt = performance.now();
    const view = cluster.view();
    const plan = planRound(view, this.#settings.plan);
    const list = newListId();
    let id = keeper.lastId + 1;
    try {
      id = await publisher.nextId(keeper.lastId);
      const collector = new RoundCollector(plan, id, list);
      const completed = Promise.withResolvers<void>();
      this.#open = { id, startedAt, openedAt, collector, staleSince: view.staleSince, completed };
      const withinMs = reportWithin(this.#settings.timeoutMs);
      const lists = TARGET_TYPES.map((type): TargetList => ({
        v: 1,
        type,
        round: id,
        list,
        reportWithinMs: withinMs,
        ...toListColumns(plan.targets[type]),
      }));
      await publisher.publish({ id, startedAt }, lists, withinMs);
      return this.#open;
    } catch (error) {
      const why = `could not be published: ${(error as Error).message}`;
      log.error({ round: id, why }, "the round failed");
      await keeper.keepHead(
        roundWithoutResult({ id, startedAt, finishedAt: Date.now() }, "failed", why),
      );
      throw new CannotOpenRoundError("redis_away", `The round ${why}`);
    }
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
    const { reports, keeper, log } = this.#parts;
    const { id, startedAt, collector } = round;
    const finishedAt = startedAt + Math.round(performance.now() - round.openedAt);
    this.#open = null;
    if (closedBy === "stopped") {
      const why = "netchecker was stopped while the round was open";
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
    const closed = concludeRound(run, collector);
    await keeper.keep(closed);
    const { durationMs, expected, reported, missing } = closed.head;
    log.info(
      { round: id, closedBy, durationMs, expected, reported, missing, summary: closed.summary },
      "closed a round",
    );
  }

  #drop(why: Exclude<Acceptance, "accepted">): void {
    this.#dropped = { ...this.#dropped, [why]: this.#dropped[why] + 1 };
  }
}
