import type { RoundHead } from "@netchecker/contract";
import { setTimeout as sleep } from "node:timers/promises";

/** What became of the rounds of a stretch of time. */
export interface RoundsSummary {
  readonly due: number;
  readonly lost: number;
  /** Each lost one, in a few words. */
  readonly why: readonly string[];
}

const LOOK_EVERY_MS = 500;
const LOOK_FOR_MS = 10_000;
/** So many intervals without the begin of a round are one in which it is missing. */
const LATE_BY = 1.5;

/**
 * Looks at netchecker's list of rounds a few times a second, and writes down when each was first served as closed. A
 * round is due each interval; it is kept where it is closed, stored, complete and served within its interval.
 */
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

  /** All reports of a round were out at a moment. */
  noteSent(round: number, at: number): void {
    this.#sentAt.set(round, at);
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves once so many closed rounds have been seen. Rejects after `withinMs`. */
  async served(count: number, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (this.#servedAt.size < count) {
      if (Date.now() > deadline)
        throw new Error(`${count} rounds were not served within ${withinMs} ms`);
      await sleep(100);
    }
  }

  /** The ids that were served as closed, the newest last. */
  get ids(): readonly number[] {
    return [...this.#servedAt.keys()].sort((a, b) => a - b);
  }

  head(id: number): RoundHead | undefined {
    return this.#heads.get(id);
  }

  /** Judges the rounds that began between two moments. `complete`: whether each agent has to have reported in time. */
  summary(since: number, until: number, complete = true): RoundsSummary {
    const why: string[] = [];
    const began = [...this.#heads.values()]
      .map((head) => ({ head, at: Date.parse(head.startedAt) }))
      .filter(({ at }) => at >= since && at < until)
      .sort((a, b) => a.at - b.at);
    let before = since;
    for (const at of [...began.map((each) => each.at), until]) {
      const intervals = (at - before) / this.#intervalMs;
      const missing = intervals > LATE_BY ? Math.max(1, Math.round(intervals) - 1) : 0;
      why.push(...Array.from({ length: missing }, () => "one was not begun"));
      before = at;
    }
    for (const { head, at } of began) {
      // It may still be open.
      if (at > until - this.#intervalMs && head.state === "open") continue;
      const fault = this.#faultOf(head, at, complete);
      if (fault !== null) why.push(`round ${head.id} ${fault}`);
    }
    return { due: Math.floor((until - since) / this.#intervalMs), lost: why.length, why };
  }

  #faultOf(head: RoundHead, at: number, complete: boolean): string | null {
    const { id, state, stored, failure } = head;
    if (state !== "closed") return failure === null ? state : `${state}: ${failure}`;
    if (!stored) return "not stored";
    const missing = head.expected - head.reported;
    // Where the simulated agents were late themselves, on a busy machine, nothing was lost.
    const inTime = (this.#sentAt.get(id) ?? Infinity) < Date.parse(head.finishedAt ?? "");
    if (complete && missing > 0 && inTime) return `without ${missing} agents' reports`;
    const servedMs = this.#servedAt.get(id)! - at;
    return servedMs > this.#intervalMs ? `served after ${(servedMs / 1000).toFixed(1)} s` : null;
  }

  async #look(): Promise<void> {
    const signal = this.#stop.signal;
    while (!signal.aborted) {
      await this.refresh(20);
      await sleep(LOOK_EVERY_MS, null, { signal }).catch(() => {});
    }
  }

  /** Asks for the last rounds; one that is refused or not answered changes nothing. */
  async refresh(limit: number): Promise<boolean> {
    try {
      const patience = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(LOOK_FOR_MS)]);
      const response = await fetch(`${this.#url}/rounds?limit=${limit}`, { signal: patience });
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
