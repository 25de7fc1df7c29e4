import { setTimeout as sleep } from "node:timers/promises";
import type { RoundHead } from "@netchecker/contract";
import type { ServedRound } from "../expect/judge-round.ts";
import { TestbedError } from "../testbed-error.ts";

const POLL_MS = 100;

/** What one looks at netchecker's API for. */
export class RoundWatcher {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  /**
   * The first whole round that starts from now on, asked for at once where none is open. Rejects with a {@link TestbedError} at
   * the deadline. netchecker may be away meanwhile.
   */
  async nextRound(timeoutMs: number): Promise<ServedRound> {
    const since = Date.now();
    const deadline = since + timeoutMs;
    let id: number | null = null;
    while (Date.now() < deadline) {
      id ??= (await this.#ask()) ?? (await this.#startedSince(since));
      const round = id === null ? null : await this.round(id);
      // One that failed, or that netchecker did not live to close, has no results, and never will.
      if (id !== null && round === null && (await this.#isOver(id))) id = null;
      else if (round?.round.state === "closed") return round;
      await sleep(POLL_MS);
    }
    throw new TestbedError(
      `waited ${timeoutMs / 1000} s for a round that started after now, in vain`,
    );
  }

  /** A closed round with its rows; null where it is not to be had now. */
  round(id: number): Promise<ServedRound | null> {
    return this.#json(`/rounds/${id}/results`);
  }

  /** The newest rounds, newest first. */
  async heads(limit = 50): Promise<RoundHead[]> {
    const body = await this.#json<{ rounds: { round: RoundHead }[] }>(`/rounds?limit=${limit}`);
    return body?.rounds.map(({ round }) => round) ?? [];
  }

  /** The last closed round as it is served now; null where nothing is. */
  latest(): Promise<(ServedRound & { redis: { awaySince: string | null } }) | null> {
    return this.#json("/results");
  }

  async #ask(): Promise<number | null> {
    return (await this.#json<{ id: number }>("/rounds", "POST"))?.id ?? null;
  }

  async #startedSince(since: number): Promise<number | null> {
    const rounds = await this.heads(5);
    return rounds.findLast(({ startedAt }) => Date.parse(startedAt) >= since)?.id ?? null;
  }

  async #isOver(id: number): Promise<boolean> {
    const head = (await this.heads(5)).find((round) => round.id === id);
    return head !== undefined && (head.state === "failed" || head.state === "abandoned");
  }

  async #json<T>(path: string, method = "GET"): Promise<T | null> {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(this.#url + path, {
      method,
      signal,
      // What asks for a round must say that it means to.
      headers: { "x-netchecker": "1" },
    }).catch(() => null);
    if (!response?.ok) {
      await response?.body?.cancel();
      return null;
    }
    return (await response.json().catch(() => null)) as T | null;
  }
}
