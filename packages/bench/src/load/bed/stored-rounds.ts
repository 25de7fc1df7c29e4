import type { RedisNames, RoundHead } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_INTERVAL_MS = 150;

/** The fields of a closed round that must never change. */
type Kept = Pick<
  RoundHead,
  "state" | "startedAt" | "finishedAt" | "closedBy" | "expected" | "reported"
>;

/**
 * Compares the rounds in Redis a few times a second. A closed round must not change. The counter of ids and the newest id
 * must never fall, and a round with a later id must have started later.
 */
export class StoredRounds {
  readonly #redis: Redis;
  readonly #names: RedisNames;
  readonly #closed = new Map<number, string>();
  readonly #faults = new Set<string>();
  readonly #stop = new AbortController();
  #counter = 0;
  #newest = 0;
  #note = "";

  constructor(redis: Redis, names: RedisNames) {
    this.#redis = redis;
    this.#names = names;
    void this.#run();
  }

  /** How many closed rounds Redis has shown. */
  get closed(): number {
    return this.#closed.size;
  }

  /** What was wrong, each fault once, with the actions before it. */
  get faults(): readonly string[] {
    return [...this.#faults];
  }

  /** Sets the actions that faults are reported with. */
  note(text: string): void {
    this.#note = text;
  }

  stop(): void {
    this.#stop.abort();
  }

  async look(): Promise<void> {
    const counter = Number((await this.#redis.get(this.#names.roundId)) ?? 0);
    if (counter < this.#counter)
      this.#fault(`the counter fell from ${this.#counter} to ${counter}`);
    this.#counter = counter;
    const ids = (await this.#redis.zrange(this.#names.rounds, "0", "-1")).map(Number);
    const newest = ids.at(-1) ?? 0;
    if (newest < this.#newest) this.#fault(`the newest id fell from ${this.#newest} to ${newest}`);
    this.#newest = newest;
    const texts = await Promise.all(
      ids.map((id) => this.#redis.hget(this.#names.round(id), "head")),
    );
    const heads = texts.flatMap((text) =>
      text === null ? [] : (JSON.parse(text) as { head: RoundHead }).head,
    );
    for (const [index, head] of heads.entries()) {
      this.#compare(head);
      const before = heads[index - 1];
      if (before && before.startedAt > head.startedAt)
        this.#fault(`round ${head.id} started before round ${before.id}`);
    }
  }

  #compare({ id, state, startedAt, finishedAt, closedBy, expected, reported }: RoundHead): void {
    const kept = JSON.stringify({
      state,
      startedAt,
      finishedAt,
      closedBy,
      expected,
      reported,
    } satisfies Kept);
    const before = this.#closed.get(id);
    if (before !== undefined && before !== kept)
      this.#fault(`closed round ${id} was replaced by one that is ${state}`);
    if (state === "closed") this.#closed.set(id, kept);
  }

  #fault(what: string): void {
    this.#faults.add(`${what} (${this.#note})`);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.look().catch(() => {});
      await sleep(LOOK_INTERVAL_MS, null, { signal }).catch(() => {});
    }
  }
}
