import { setTimeout as sleep } from "node:timers/promises";
import type { Finding, Result, RoundHead, Summary, Verdict } from "@netchecker/contract";
import { TestbedError } from "../testbed-error.ts";

const POLL_MS = 100;
const ANSWER_TIMEOUT_MS = 10_000;

/** A round as netchecker's API shows it in brief. */
export interface RoundView {
  readonly round: RoundHead;
  readonly summary: Summary;
  readonly findings: readonly Finding[];
}

/** A closed round with its rows. */
export interface ServedRound extends RoundView {
  readonly results: readonly Result[];
}

/** What netchecker shows: a round that has closed, with its failures, or why it cannot know. */
export type Shown =
  | { readonly view: RoundView }
  /** It is not given while the first round is pending, because that round will come. */
  | { readonly unmeasured: Verdict };

/** Asks netchecker's API for rounds. */
export class RoundWatcher {
  readonly #url: string;
  #etag = "";
  #lastId = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** Rejects when netchecker does not answer. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.#url + path, { signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS), ...init });
  }

  /** The body of an answer; null where netchecker is away, or has no such answer now. */
  async json<T>(path: string, init?: RequestInit): Promise<T | null> {
    const response = await this.fetch(path, init).catch(() => null);
    if (response?.ok) return (await response.json().catch(() => null)) as T | null;
    await response?.body?.cancel();
    return null;
  }

  /** What netchecker shows that is new since the last look; null when nothing is. Rejects when netchecker does not answer. */
  async look(): Promise<Shown | null> {
    // Only failures are asked for. A whole round several times a second would cost much and tell no more.
    const headers = { "if-none-match": this.#etag };
    const response = await this.fetch("/results?ok=false", { headers });
    if (response.status === 304) {
      await response.body?.cancel();
      return null;
    }
    if (!response.ok) {
      const { verdict } = (await response.json().catch(() => ({}))) as { verdict?: Verdict };
      const known = verdict?.verdict === "unmeasured" && verdict.reason !== "first_round_pending";
      return known ? { unmeasured: verdict } : null;
    }
    this.#etag = response.headers.get("etag") ?? "";
    const view = (await response.json()) as RoundView;
    if (view.round.id <= this.#lastId) return null;
    this.#lastId = view.round.id;
    return { view };
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
    return this.json(`/rounds/${id}/results`);
  }

  /** The newest rounds, newest first. */
  async heads(limit: number): Promise<RoundHead[]> {
    const body = await this.json<{ rounds: { round: RoundHead }[] }>(`/rounds?limit=${limit}`);
    return body?.rounds.map(({ round }) => round) ?? [];
  }

  async #ask(): Promise<number | null> {
    // What asks for a round must say that it means to.
    const init = { method: "POST", headers: { "x-netchecker": "1" } };
    return (await this.json<{ id: number }>("/rounds", init))?.id ?? null;
  }

  async #startedSince(since: number): Promise<number | null> {
    const rounds = await this.heads(5);
    return rounds.findLast(({ startedAt }) => Date.parse(startedAt) >= since)?.id ?? null;
  }

  async #isOver(id: number): Promise<boolean> {
    const head = (await this.heads(5)).find((round) => round.id === id);
    return head !== undefined && (head.state === "failed" || head.state === "abandoned");
  }
}
