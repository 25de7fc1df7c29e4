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

/** How soon netchecker tries again after a start without Redis. Waiting a whole interval would cost a round. */
const START_RETRY_MS = 250;
/** How long a start waits for a history that cannot be read. After that, measuring begins without it. */
const MAX_WAIT_FOR_HISTORY_MS = 5_000;

export interface RoundParts extends OneRoundParts {
  readonly store: RoundStore;
}

/** Opens a round each interval, and on request, while this netchecker holds the lease. */
export class RoundRunner {
  readonly #settings: OneRoundSettings;
  readonly #parts: RoundParts;
  readonly #signal: AbortSignal;
  readonly #round: OneRound;
  #synced = false;
  /** The work that opens or takes over rounds now, or null. Only one such work may run at a time. */
  #work: Promise<unknown> | null = null;
  /** The term of the lease in which the rounds of other netcheckers were taken over. */
  #takenOverTerm: string | null = null;
  /** Since when taking over has failed, by the monotonic clock. */
  #takeOverFailsSince: number | null = null;
  /** Whether this process has tried a round, or has found that another netchecker opens them. */
  #hasStarted = false;

  /** Aborting `signal` ends it. A round that is open then is recorded as abandoned. */
  constructor(settings: OneRoundSettings, parts: RoundParts, signal: AbortSignal) {
    this.#settings = settings;
    this.#parts = parts;
    this.#signal = signal;
    this.#round = new OneRound(settings, parts, signal);
  }

  get open(): OpenRound | null {
    return this.#round.open;
  }

  /** Whether the cluster has been listed, so that rounds can be planned. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Opens rounds until the signal aborts. Resolves when the open round has been recorded. */
  async run(): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      this.#signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([this.#parts.cluster.synced, ended]);
    this.#synced = !this.#signal.aborted;
    this.#parts.changes.tell();
    while (!this.#signal.aborted) {
      const tick = performance.now();
      if (this.#work === null) await this.#exclusively(() => this.#tick()).catch(() => {});
      const everyMs = this.#hasStarted ? this.#settings.intervalMs : START_RETRY_MS;
      const left = everyMs - (performance.now() - tick);
      await sleep(Math.max(left, 0), undefined, { signal: this.#signal }).catch(() => {});
    }
    await this.#work?.catch(() => {});
    const { keeper, lease, cluster } = this.#parts;
    await keeper.settled();
    // A memory that was never read must not be overwritten, and neither must another netchecker's.
    if (
      keeper.restored &&
      this.#takenOverTerm !== null &&
      this.#takenOverTerm === lease.fence?.token
    )
      await keeper.keepNodePasts(cluster.nodePasts());
  }

  /** Opens a round now and returns it while it runs on. Throws a {@link CannotOpenRoundError}. */
  async trigger(): Promise<OpenRound> {
    if (!this.#synced)
      throw new CannotOpenRoundError("cluster_unknown", "The cluster has not been listed yet.");
    const opened = Promise.withResolvers<OpenRound>();
    this.#exclusively(async () => {
      const holding = await this.#parts.lease.hold();
      if (holding === "other") throw standingBy();
      if (holding === "redis_away")
        throw new CannotOpenRoundError("redis_away", "Redis cannot be asked for the lease.");
      await this.#takeOverOnce();
      await this.#runRound(opened.resolve, true);
    }).catch(opened.reject);
    return opened.promise;
  }

  /** Call this when Redis is back. Stores what waits, and takes over what other netcheckers left meanwhile. */
  async redisIsBack(): Promise<void> {
    const { keeper, lease } = this.#parts;
    if (!this.#synced) return void (await keeper.restore());
    // The work that runs now does the same itself, or the next round does it before it opens.
    if (this.#work !== null) return;
    await this.#exclusively(async () => {
      if ((await lease.hold()) !== "held") return;
      await this.#takeOverOnce();
      await keeper.flush();
    });
  }

  /** Runs `work` if no other work runs; rejects otherwise. */
  #exclusively(work: () => Promise<void>): Promise<void> {
    if (this.#work !== null || this.#signal.aborted) {
      const { open } = this.#round;
      const which = open ? `Round ${open.id} is open` : "A round is being opened or concluded";
      return Promise.reject(new CannotOpenRoundError("round_open", `${which}; one at a time.`));
    }
    const running = work().finally(() => (this.#work = null));
    this.#work = running;
    return running;
  }

  async #tick(): Promise<void> {
    const { lease, keeper } = this.#parts;
    const holding = await lease.hold();
    if (lease.standsBy) {
      // A netchecker on standby that loses Redis has no rounds that could fail.
      this.#hasStarted = true;
      return;
    }
    // Redis gives the ids. A netchecker that never reached Redis has no id for a failed round.
    if (lease.fence === null) return;
    if (holding === "held" && !(await this.#takeOverOnce()) && this.#mayWait()) return;
    this.#hasStarted = true;
    await keeper.flush();
    // If this round fails, the next one still comes.
    await this.#runRound();
  }

  #mayWait(): boolean {
    this.#takeOverFailsSince ??= performance.now();
    const waitMs = Math.min(MAX_WAIT_FOR_HISTORY_MS, this.#settings.intervalMs / 2);
    return !this.#hasStarted && performance.now() - this.#takeOverFailsSince < waitMs;
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

  /** Takes over what other netcheckers left, once in each term. Returns whether that is done. */
  async #takeOverOnce(): Promise<boolean> {
    const term = this.#parts.lease.fence?.token ?? null;
    if (term === null) return false;
    if (term === this.#takenOverTerm) return true;
    try {
      await takeOver(this.#parts, this.#round);
      this.#takenOverTerm = term;
      this.#takeOverFailsSince = null;
      return true;
    } catch (error) {
      const why = sayRedisError(error);
      this.#parts.log.warn({ why }, "could not look at what other netcheckers have left");
      return false;
    }
  }
}
