const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * Milliseconds → "37 s", "14 min", "3 h 5 min", "2 d 4 h". It is only as exact as a reader needs.
 */
export function duration(ms: number): string {
  if (ms < SECOND) return ms < 1 ? "0 s" : `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND && ms % SECOND !== 0) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < 2 * MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return two(ms, HOUR, "h", MINUTE, "min");
  return two(ms, DAY, "d", HOUR, "h");
}

function two(ms: number, large: number, largeName: string, small: number, smallName: string) {
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${largeName}${rest > 0 ? ` ${rest} ${smallName}` : ""}`;
}

/**
 * How long something has lasted, in whole seconds, for a text that ticks. If clocks differ it is 0,
 * never negative.
 */
export function lasted(ms: number): string {
  return duration(Math.max(0, Math.floor(ms / SECOND)) * SECOND);
}

/**
 * How long ago a time is, in whole seconds: "37 s ago". A future time means that clocks differ, so
 * it counts as now.
 */
export function ago(iso: string, now: number): string {
  const seconds = Math.floor(Math.max(0, now - Date.parse(iso)) / SECOND);
  return seconds === 0 ? "just now" : `${duration(seconds * SECOND)} ago`;
}

/** "14:03", and with the day if it is another day than today. */
export function clockTime(iso: string, now: number, locale?: string): string {
  const time = new Date(iso);
  const hm = `${twoDigits(time.getHours())}:${twoDigits(time.getMinutes())}`;
  if (time.toDateString() === new Date(now).toDateString()) return hm;
  return `${time.toLocaleDateString(locale, { day: "numeric", month: "short" })}, ${hm}`;
}

const twoDigits = (number: number) => String(number).padStart(2, "0");
