export const INTERVAL_MS = 60_000;
export const ROUND_TOOK_MS = 20_000;

const FIRST_AT = Date.parse("2026-11-22T23:00:00Z");

/** When a round opens, milliseconds since 1970. */
export function roundStart(id: number): number {
  return FIRST_AT + id * INTERVAL_MS;
}
