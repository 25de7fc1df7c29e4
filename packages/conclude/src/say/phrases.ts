const MAX_NAMES_SHOWN = 6;

/** Lists each name once, the first few by name and the rest by number. */
export function listNames(all: readonly string[]): string {
  const unique = [...new Set(all)];
  const shown = unique.slice(0, MAX_NAMES_SHOWN).join(", ");
  return unique.length > MAX_NAMES_SHOWN
    ? `${shown} and ${unique.length - MAX_NAMES_SHOWN} more`
    : shown;
}

/**
 * Says which of `all` are meant by `some`, as briefly as possible: nothing if it is all of them, the others as
 * exceptions if they are few, else the first few of `some`.
 */
export function whichOf(some: readonly string[], all: readonly string[]): string {
  const others = [...new Set(all)].filter((name) => !some.includes(name));
  if (others.length === 0) return "";
  if (others.length <= MAX_NAMES_SHOWN && others.length < some.length)
    return ` (not ${listNames(others)})`;
  return `: ${listNames(some)}`;
}

/** A whole number with separators: 3000000 → "3,000,000". */
export function digits(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(count: number, what: string): string {
  return `${digits(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** A duration for people, rounded to seconds, minutes or hours. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 120_000) return `${Math.round(milliseconds / 1000)} s`;
  return milliseconds < 7_200_000
    ? `${Math.round(milliseconds / 60_000)} min`
    : `${Math.round(milliseconds / 3_600_000)} h`;
}

export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
