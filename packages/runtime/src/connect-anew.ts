import type { Redis } from "ioredis";

/**
 * How long connections live at least before they are made anew on purpose: doubled each time, up to the
 * most; and from the first again after a calm.
 */
const RENEWAL_PAUSE_MS = { first: 5_000, most: 60_000 };
const CALM_MS = 300_000;

/**
 * Connections that belong together: they are made anew at the same moment, so that one of them does not
 * stay at an old primary while another is at the new one.
 */
export interface Companions {
  readonly all: Redis[];
  /** When they were last made anew on purpose, and how long they must live before the next time. */
  renewed?: { readonly at: number; readonly pauseMs: number };
}
const companionsOf = new WeakMap<Redis, Companions>();

/** From now on it is made anew when one of them is. */
export function joinCompanions(redis: Redis, companions: Companions): void {
  companions.all.push(redis);
  companionsOf.set(redis, companions);
}

/**
 * Makes a connection and its companions anew, because their address may lead elsewhere by now. Not more
 * often than with a pause that grows from 5 s to a minute: the address may lead to the wrong server for
 * long, and a thousand agents ask. Tells whether it did.
 */
export function connectAnew(redis: Redis): boolean {
  const companions = companionsOf.get(redis);
  const connected = companions?.all.filter(({ status }) => status === "ready") ?? [];
  if (!companions || connected.length === 0 || !mayRenew(companions)) return false;
  for (const each of connected) each.disconnect(true);
  return true;
}

function mayRenew(companions: Companions): boolean {
  const last = companions.renewed;
  const now = performance.now();
  const since = now - (last?.at ?? -Infinity);
  if (last && since < last.pauseMs) return false;
  const { first, most } = RENEWAL_PAUSE_MS;
  const pauseMs = last && since < CALM_MS ? Math.min(2 * last.pauseMs, most) : first;
  companions.renewed = { at: now, pauseMs };
  return true;
}
