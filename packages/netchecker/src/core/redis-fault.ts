/** A fault that keeps netchecker from working with Redis. */
export interface RedisFault {
  /** `loses_large`: Redis answers small commands, but no large ones. */
  readonly kind: "away" | "refuses" | "loses_large";
  /** An error code of Redis or of the system, or one of netchecker's own, in lower case. */
  readonly code: string;
  /** What is wrong and what to do, without a full stop. */
  readonly sentence: string;
}

/** The present fault of Redis, and since when. */
export interface RedisTrouble extends RedisFault {
  /** Milliseconds since 1970. */
  readonly since: number;
}
