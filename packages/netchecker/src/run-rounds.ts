import { setTimeout as sleep } from "node:timers/promises";
import { sayRedisError } from "@netchecker/runtime/redis";
import { roundWithoutResult } from "./core/conclude/conclude-round.ts";
import type { Holding, OpenRound, RoundStore } from "./ports.ts";
import {
  CannotOpenRoundError,
  OneRound,
  type OneRoundParts,
  type OneRoundSettings,
} from "./run-one-round.ts";

/** How soon a start that came before Redis looks again: it must not cost an interval. */
const LOOK_AGAIN_MS = 250;

export interface RoundParts extends OneRoundParts {
  readonly store: RoundStore;
}

/** Opens a round each interval, or when asked, as long as this netchecker holds the lease. */
export class RoundRunner {
  readonly #settings: OneRoundSettings;
  readonly #parts: RoundParts;
  readonly #signal: AbortSignal;
  readonly #round: OneRound;
  #synced = false;
  /** As of the last tick: the lease renews itself in between. */
  #held: Holding = "redis_away";

  /** Aborting `signal` ends it; a round that is open then is recorded as abandoned. */
  constructor(settings: OneRoundSettings, parts: RoundParts, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#signal = signal;
    this.#round = new OneRound(settings, parts, signal);
  }

  get open(): OpenRound | null {
    return this.#round.open;
  }

  /** Whether the cluster has been seen, so that rounds can be planned. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Runs until the signal aborts and what was open is recorded. */
  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#parts.cluster.synced, ended]);
    this.#synced = !this.#signal.aborted;
    this.#parts.changes.tell();
    while (!this.#signal.aborted) {
      const tick = performance.now();
      await this.#tick();
      const { intervalMs } = this.#settings;
      const everyMs = this.#parts.keeper.restored ? intervalMs : LOOK_AGAIN_MS;
      const left = everyMs - (performance.now() - tick);
      await sleep(Math.max(left, 0), undefined, { signal: this.#signal }).catch(() => {});
    }
    await this.#round.idle();
    const { keeper, lease, cluster } = this.#parts;
    // What was never read must not be overwritten, nor what another netchecker remembers.
    if (keeper.restored && this.#held === "held" && lease.holding === "held")
      await keeper.keepNodePasts(cluster.nodePasts());
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
    this.#runRound(opened.resolve).catch(opened.reject);
    return opened.promise;
  }

  async #tick(): Promise<void> {
    const holding = await this.#parts.lease.hold();
    if (this.#round.busy) return;
    const before = this.#held;
    this.#held = holding;
    if (holding === "other") return;
    if (holding === "held" && before !== "held") await this.#takeOver();
    // Ids come from Redis: until it was read once there is none to record a failure under.
    if (!this.#parts.keeper.restored) return;
    // A round that fails is one round: the next one comes.
    await this.#runRound().catch(() => {});
  }

  async #runRound(onOpen?: (round: OpenRound) => void): Promise<void> {
    try {
      await this.#round.run(onOpen);
    } catch (error) {
      if (!(error instanceof CannotOpenRoundError))
        this.#parts.log.error({ err: error }, "a round went wrong");
      throw error;
    }
  }

  /** A round that is open in Redis but not here was left by a netchecker that died. */
  async #takeOver(): Promise<void> {
    const { store, keeper, log, tally } = this.#parts;
    try {
      await keeper.restore();
      const left = await store.openRound();
      // One of our own that Redis did not see closed waits to be stored.
      if (left && left.id > keeper.lastId) {
        log.warn({ round: left.id }, "abandons the round that an ended netchecker left open");
        const run = { ...left, finishedAt: Date.now() };
        tally.ended("abandoned");
        await keeper.keepHead(
          roundWithoutResult(run, "abandoned", "netchecker ended while the round was open"),
        );
      }
    } catch (error) {
      this.#held = "redis_away";
      log.warn({ why: sayRedisError(error) }, "could not look for a round that was left open");
    }
  }
}
