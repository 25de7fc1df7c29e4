/** How long to wait before another try, milliseconds. */
export interface Backoff {
  readonly first: number;
  readonly most: number;
}

/** However long a server asks to wait: longer than this, nothing would be known of the cluster. */
const MOST_ASKED_MS = 120_000;

/**
 * The time to wait after so many failures in a row: twice as long each time, and never in step with others. `random`
 * is from 0 to 1. What the server asked for (`Retry-After`) is waited for in any case.
 */
export function retryDelayMs(
  failures: number,
  { first, most }: Backoff,
  askedMs: number,
  random: number,
): number {
  const backoff = Math.min(first * 2 ** (failures - 1), most) * (0.5 + random);
  const asked = Math.min(Math.max(0, askedMs), MOST_ASKED_MS);
  return Math.max(backoff, asked * (1 + random / 10));
}

/** The header `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3), as milliseconds; 0 where it says nothing. */
export function retryAfterMs(header: string | undefined, now: number): number {
  if (header === undefined) return 0;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1_000;
  return Math.max(0, Date.parse(header) - now) || 0;
}
