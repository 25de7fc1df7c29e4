/**
 * How netchecker came to see an object. The times inside the object come from other clocks: the API server's,
 * a controller's or a kubelet's.
 */
export interface Sighting {
  /** Milliseconds since 1970 by netchecker's clock, like all times here. */
  readonly now: number;
  /** Until when the view was complete: anything new happened after that. Null for the first list. */
  readonly knownUntil: number | null;
  /**
   * True if the watch told it as it happened, false if it came with a list. An object that is new to the watch was
   * just created.
   */
  readonly live: boolean;
  /** How far the API server's clock is ahead of netchecker's; negative if it is behind. */
  readonly aheadMs: number;
}

/** A sighting of an object that was never seen before, where the server's clock is assumed to agree with ours. */
export function firstSight(now: number): Sighting {
  return { now, knownUntil: null, live: false, aheadMs: 0 };
}

/** Kubernetes rounds times down to whole seconds, and may tell a newer event before an older one. */
const SLACK_MS = 2_000;

/**
 * Converts a time that Kubernetes told to netchecker's clock. If the event cannot have happened at that time, a
 * clock is wrong, and the result is `now`. 0 if Kubernetes does not say.
 */
export function happenedAt(toldMs: number, { now, knownUntil, aheadMs }: Sighting): number {
  if (toldMs === 0) return 0;
  const at = toldMs - aheadMs;
  const possible = at <= now && (knownUntil === null || at >= knownUntil - SLACK_MS);
  return possible ? at : now;
}

/** A smaller difference cannot be measured: Kubernetes tells whole seconds, and an answer needs time to arrive. */
const SAME_CLOCK_MS = 2_000;

/** How far a clock that said `toldMs` is ahead of ours, which said `ourMs`; 0 if they agree. */
export function clockAhead(toldMs: number, ourMs: number): number {
  const ahead = toldMs - ourMs;
  return Math.abs(ahead) <= SAME_CLOCK_MS || Number.isNaN(ahead) ? 0 : ahead;
}
