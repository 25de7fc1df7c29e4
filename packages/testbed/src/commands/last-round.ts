import type { Verdict } from "@netchecker/contract";
import type { RoundView } from "./round-line.ts";

/** What netchecker shows: a round that has closed, or why it cannot know. */
export type Shown =
  | { readonly view: RoundView }
  /** It is not given while the first round is pending, because that round will come. */
  | { readonly unmeasured: Verdict };

/** Looks at the last round that netchecker has closed. */
export class LastRound {
  readonly #ask: (path: string, init: RequestInit) => Promise<Response | null>;
  #etag = "";
  #id = 0;

  /** `ask` gives null when netchecker does not answer and the caller wants to go on. */
  constructor(ask: (path: string, init: RequestInit) => Promise<Response | null>) {
    this.#ask = ask;
  }

  /** The round's id; 0 before a round was found. */
  get id(): number {
    return this.#id;
  }

  /** What is new since the last look; null when nothing is. Rejects as `ask` does. */
  async look(): Promise<Shown | null> {
    // Only failures are asked for. A whole round several times a second would cost much and tell no more.
    const headers = { "if-none-match": this.#etag };
    const response = await this.#ask("/results?ok=false", { headers });
    if (!response) return null;
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
    if (view.round.id <= this.#id) return null;
    this.#id = view.round.id;
    return { view };
  }
}
