/**
 * How an object came to be seen. A time in it was told by another clock: the API server's, a
 * controller's or a kubelet's.
 */
export interface Sighting {
  /** By netchecker's clock, milliseconds since 1970, as all times are here. */
  readonly now: number;
  /** Until when the view was known to be complete: what it did not have happened later. Null for the first list. */
  readonly knownUntil: number | null;
  /** Whether the watch told it as it happened; else it was listed. What is new to the watch was just created. */
  readonly live: boolean;
  /** By how much the API server's clock is ahead of netchecker's; negative where it is behind. */
  readonly aheadMs: number;
}

/** Of something that was never seen before, on a server whose clock is taken for ours. */
export function firstSight(now: number): Sighting {
  return { now, knownUntil: null, live: false, aheadMs: 0 };
}

/** Kubernetes tells whole seconds, rounded down; an event may also be told before an older one. */
const SLACK_MS = 2_000;

/**
 * When what a time of Kubernetes is about happened, by netchecker's clock. A time outside of what is
 * known of it comes from a clock that is wrong: then it happened now. 0 where Kubernetes does not say.
 */
export function happenedAt(toldMs: number, { now, knownUntil, aheadMs }: Sighting): number {
  if (toldMs === 0) return 0;
  const at = toldMs - aheadMs;
  const possible = at <= now && (knownUntil === null || at >= knownUntil - SLACK_MS);
  return possible ? at : now;
}

/** The same clock, as far as whole seconds and the way of an answer let it be told. */
const SAME_CLOCK_MS = 2_000;

/** By how much a clock that said `toldMs` is ahead of ours, which said `ourMs`: 0 where they agree. */
export function clockAhead(toldMs: number, ourMs: number): number {
  const ahead = toldMs - ourMs;
  return Math.abs(ahead) <= SAME_CLOCK_MS || Number.isNaN(ahead) ? 0 : ahead;
}
