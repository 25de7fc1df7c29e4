const MOST_NAMES = 6;

/** Each name once, the first few of them. */
export function listNames(all: readonly string[]): string {
  const unique = [...new Set(all)];
  const shown = unique.slice(0, MOST_NAMES).join(", ");
  return unique.length > MOST_NAMES ? `${shown} and ${unique.length - MOST_NAMES} more` : shown;
}

/**
 * Some of all: nothing where it is all of them, those that are not where they are few and fewer, else
 * the first few that are.
 */
export function whichOf(some: readonly string[], all: readonly string[]): string {
  const others = [...new Set(all)].filter((name) => !some.includes(name));
  if (others.length === 0) return "";
  if (others.length <= MOST_NAMES && others.length < some.length)
    return ` (not ${listNames(others)})`;
  return `: ${listNames(some)}`;
}

/** A whole number, thousands apart: 3000000 → "3,000,000". */
export function digits(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

export function plural(count: number, what: string): string {
  return `${digits(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** A time that people can grasp at a glance. */
export function duration(milliseconds: number): string {
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (milliseconds < 120_000) return `${Math.round(milliseconds / 1000)} s`;
  return milliseconds < 7_200_000
    ? `${Math.round(milliseconds / 60_000)} min`
    : `${Math.round(milliseconds / 3_600_000)} h`;
}

/** As a sentence of its own begins. */
export function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
