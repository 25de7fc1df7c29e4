import type { Redis } from "ioredis";

/**
 * The least time between two deliberate reconnections. It doubles each time, up to `max`. After a
 * calm it is `first` again.
 */
const RENEWAL_PAUSE_MS = { first: 5_000, max: 60_000 };
const CALM_MS = 300_000;

/**
 * Connections that are always reconnected together. Otherwise one could stay at an old primary
 * while another one is at the new primary.
 */
export interface Companions {
  readonly all: Redis[];
  /** When they were last reconnected on purpose, and the least time until the next time. */
  renewed?: { readonly at: number; readonly pauseMs: number };
}
const companionsOf = new WeakMap<Redis, Companions>();

/** From now on `redis` is reconnected together with its companions. */
export function joinCompanions(redis: Redis, companions: Companions): void {
  companions.all.push(redis);
  companionsOf.set(redis, companions);
}

/**
 * Reconnects a connection and its companions, because their address may lead to another server by
 * now. The pause between two calls that have an effect grows from 5 s to a minute: the address may
 * lead to the wrong server for a long time, and a thousand agents reconnect. Returns whether it
 * reconnected.
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
  const { first, max } = RENEWAL_PAUSE_MS;
  const pauseMs = last && since < CALM_MS ? Math.min(2 * last.pauseMs, max) : first;
  companions.renewed = { at: now, pauseMs };
  return true;
}
