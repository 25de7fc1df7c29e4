/** What keeps netchecker from working with Redis. */
export interface RedisFault {
  /** `loses_large`: small commands are answered, and large ones are not. */
  readonly kind: "away" | "refuses" | "loses_large";
  /** Redis' own error code, the system's, or one of netchecker's in lower case. */
  readonly code: string;
  /** What is wrong and what to do; no full stop at its end. */
  readonly sentence: string;
}

/** What is wrong with Redis now, and since when. */
export interface RedisTrouble extends RedisFault {
  /** Milliseconds since 1970. */
  readonly since: number;
}
