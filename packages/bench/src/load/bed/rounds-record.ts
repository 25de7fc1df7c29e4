import type { RoundHead } from "@netchecker/contract";
import { setTimeout as sleep } from "node:timers/promises";
import { judgeRounds, type RoundsSummary } from "./judge-rounds.ts";

const LOOK_INTERVAL_MS = 500;
const REQUEST_TIMEOUT_MS = 10_000;

/** Asks netchecker for its list of rounds twice a second. Records when each round was first served as closed. */
export class RoundsRecord {
  readonly #url: string;
  readonly #intervalMs: number;
  readonly #heads = new Map<number, RoundHead>();
  readonly #servedAt = new Map<number, number>();
  readonly #sentAt = new Map<number, number>();
  readonly #stop = new AbortController();

  constructor(url: string, intervalMs: number) {
    this.#url = url;
    this.#intervalMs = intervalMs;
    void this.#look();
  }

  /** Notes when all reports of a round had been sent. */
  noteSent(round: number, at: number): void {
    this.#sentAt.set(round, at);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves when `count` closed rounds were served. Rejects after `withinMs`. */
  async served(count: number, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (this.#servedAt.size < count) {
      if (Date.now() > deadline)
        throw new Error(`${count} rounds were not served within ${withinMs} ms`);
      await sleep(100);
    }
  }

  /** The ids of the rounds that were served as closed, the newest last. */
  get ids(): readonly number[] {
    return [...this.#servedAt.keys()].sort((a, b) => a - b);
  }

  head(id: number): RoundHead | undefined {
    return this.#heads.get(id);
  }

  /** Judges the rounds that started between two moments, see {@link judgeRounds}. */
  summary(since: number, until: number, complete = true): RoundsSummary {
    return judgeRounds(
      [...this.#heads.values()].map((head) => ({
        head,
        servedAt: this.#servedAt.get(head.id) ?? null,
        sentAt: this.#sentAt.get(head.id) ?? null,
      })),
      { since, until, intervalMs: this.#intervalMs, complete },
    );
  }

  async #look(): Promise<void> {
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      await this.refresh(20);
      await sleep(LOOK_INTERVAL_MS, null, { signal }).catch(() => {});
    }
  }

  /** Asks for the last rounds. A request that fails changes nothing. Returns whether it succeeded. */
  async refresh(limit: number): Promise<boolean> {
    try {
      const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]);
      const response = await fetch(`${this.#url}/rounds?limit=${limit}`, { signal });
      if (!response.ok) {
        await response.body?.cancel();
        return false;
      }
      const { rounds } = (await response.json()) as { rounds: { round: RoundHead }[] };
      const now = Date.now();
      for (const { round } of rounds) {
        this.#heads.set(round.id, round);
        if (round.state === "closed" && round.stored && !this.#servedAt.has(round.id))
          this.#servedAt.set(round.id, now);
      }
      return true;
    } catch {
      return false;
    }
  }
}
