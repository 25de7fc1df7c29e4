/** How long to wait before another try. */
export interface Backoff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** The bound for a server's `Retry-After`. A longer wait would leave netchecker without news of the cluster. */
const MAX_RETRY_AFTER_MS = 120_000;

/**
 * How long to wait after `failures` failures in a row. The time doubles with each failure. `random` (0 to 1) spreads
 * it, so that clients do not retry in step. The result is never shorter than what the server asked for.
 */
export function retryDelayMs(
  failures: number,
  { firstMs, maxMs }: Backoff,
  askedMs: number,
  random: number,
): number {
  const backoff = Math.min(firstMs * 2 ** (failures - 1), maxMs) * (0.5 + random);
  const asked = Math.min(Math.max(0, askedMs), MAX_RETRY_AFTER_MS);
  return Math.max(backoff, asked * (1 + random / 10));
}

/**
 * The header `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3), as milliseconds; 0 if it is missing or
 * unreadable.
 */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  return Math.max(0, Date.parse(header) - now) || 0;
}
