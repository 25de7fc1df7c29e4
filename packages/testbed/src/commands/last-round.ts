import type { Verdict } from "@netchecker/contract";
import type { RoundView } from "./round-line.ts";

/** Something that netchecker did not show before: a round that closed, or why none does. */
export type Shown =
  | { readonly view: RoundView }
  /** Never for the first round being yet to come: that is waited for. */
  | { readonly unmeasured: Verdict };

/** Looks at the last round that netchecker has closed. */
export class LastRound {
  readonly #ask: (path: string, init: RequestInit) => Promise<Response | null>;
  #etag = "";
  #id = 0;

  /** `ask` gives null where netchecker does not answer and that is no error. */
  constructor(ask: (path: string, init: RequestInit) => Promise<Response | null>) {
    this.#ask = ask;
  }

  /** Its id; 0 before the first look that found one. */
  get id(): number {
    return this.#id;
  }

  /** What is new since the last look; null where nothing is. Rejects as `ask` does. */
  async look(): Promise<Shown | null> {
    // The failures alone: a whole big round, several times a second, would be work for nothing.
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
