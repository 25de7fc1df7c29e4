import { setTimeout as sleep } from "node:timers/promises";
import { sayRedisError } from "@netchecker/runtime/redis";
import type { OpenRound, RoundStore } from "./ports.ts";
import {
  CannotOpenRoundError,
  OneRound,
  type OneRoundParts,
  type OneRoundSettings,
  standingBy,
} from "./run-one-round.ts";
import { takeOver } from "./take-over.ts";

/** How soon a start that came before Redis looks again: it must not cost an interval. */
const LOOK_AGAIN_MS = 250;
/** So long a start waits for a history that cannot be read: measuring does not wait for it. */
const WAIT_FOR_HISTORY_MS = 5_000;

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
  /** From the first look at the lease to the last step of a round: the one door for all that opens or takes over rounds. */
  #inside: Promise<unknown> | null = null;
  /** The term of the lease in which it was looked at what others have left. */
  #takenOver: string | null = null;
  /** Since when what others have left cannot be looked at, of a clock that nobody sets. */
  #unreadSince: number | null = null;
  /** Whether a round was tried since the start, or another netchecker opens them. */
  #settledIn = false;

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
      if (this.#inside === null) await this.#enter(() => this.#tick()).catch(() => {});
      const everyMs = this.#settledIn ? this.#settings.intervalMs : LOOK_AGAIN_MS;
      const left = everyMs - (performance.now() - tick);
      await sleep(Math.max(left, 0), undefined, { signal: this.#signal }).catch(() => {});
    }
    await this.#inside?.catch(() => {});
    const { keeper, lease, cluster } = this.#parts;
    await keeper.settled();
    // What was never read must not be overwritten, nor what another netchecker remembers.
    if (keeper.restored && this.#takenOver !== null && this.#takenOver === lease.fence?.token)
      await keeper.keepNodePasts(cluster.nodePasts());
  }

  /** Opens a round now and gives it; it goes on by itself. Throws a {@link CannotOpenRoundError}. */
  async trigger(): Promise<OpenRound> {
    if (!this.#synced)
      throw new CannotOpenRoundError("cluster_unknown", "The cluster has not been listed yet.");
    const opened = Promise.withResolvers<OpenRound>();
    this.#enter(async () => {
      const holding = await this.#parts.lease.hold();
      if (holding === "other") throw standingBy();
      if (holding === "redis_away")
        throw new CannotOpenRoundError("redis_away", "Redis cannot be asked for the lease.");
      await this.#lookAtWhatIsLeft();
      await this.#runRound(opened.resolve, true);
    }).catch(opened.reject);
    return opened.promise;
  }

  /** To be called when Redis is there (again): what waits is stored, and what others did meanwhile is looked at. */
  async redisIsBack(): Promise<void> {
    const { keeper, lease } = this.#parts;
    if (!this.#synced) return void (await keeper.restore());
    // Who is inside does it, or has just begun a round: then it is done before the next one.
    if (this.#inside !== null) return;
    await this.#enter(async () => {
      if ((await lease.hold()) !== "held") return;
      await this.#lookAtWhatIsLeft();
      await keeper.flush();
    });
  }

  /** Throws where somebody is inside. */
  #enter(deed: () => Promise<void>): Promise<void> {
    if (this.#inside !== null || this.#signal.aborted) {
      const { open } = this.#round;
      const which = open ? `Round ${open.id} is open` : "A round is being opened or concluded";
      return Promise.reject(new CannotOpenRoundError("round_open", `${which}; one at a time.`));
    }
    const inside = deed().finally(() => (this.#inside = null));
    this.#inside = inside;
    return inside;
  }

  async #tick(): Promise<void> {
    const { lease, keeper } = this.#parts;
    const holding = await lease.hold();
    if (lease.standsBy) {
      // One that loses Redis then has no rounds that could fail.
      this.#settledIn = true;
      return;
    }
    // Ids come from Redis: one that never reached it has none to record a failure under.
    if (lease.fence === null) return;
    if (holding === "held" && !(await this.#lookAtWhatIsLeft()) && this.#mayWait()) return;
    this.#settledIn = true;
    await keeper.flush();
    // A round that fails is one round: the next one comes.
    await this.#runRound();
  }

  #mayWait(): boolean {
    this.#unreadSince ??= performance.now();
    const waitMs = Math.min(WAIT_FOR_HISTORY_MS, this.#settings.intervalMs / 2);
    return !this.#settledIn && performance.now() - this.#unreadSince < waitMs;
  }

  async #runRound(onOpen?: (round: OpenRound) => void, requested = false): Promise<void> {
    try {
      await this.#round.run(onOpen, requested);
    } catch (error) {
      if (!(error instanceof CannotOpenRoundError))
        this.#parts.log.error({ err: error }, "a round went wrong");
      throw error;
    }
  }

  /** Once in each term; tells whether it could. */
  async #lookAtWhatIsLeft(): Promise<boolean> {
    const term = this.#parts.lease.fence?.token ?? null;
    if (term === null) return false;
    if (term === this.#takenOver) return true;
    try {
      await takeOver(this.#parts, this.#round);
      this.#takenOver = term;
      this.#unreadSince = null;
      return true;
    } catch (error) {
      const why = sayRedisError(error);
      this.#parts.log.warn({ why }, "could not look at what other netcheckers have left");
      return false;
    }
  }
}
