import type { Look } from "./first-line.ts";

/**
 * The mark of each look, as a path to stroke in a box of 16. Marks distinguish looks without
 * colours.
 */
export const MARKS: Record<Look, string> = {
  ok: "m3.5 8.6 3 3 6-7",
  degraded: "M8 3v6.2M8 12.6v.1",
  failing: "m4 4 8 8m0-8-8 8",
  unmeasured: "M5.3 5.9a2.7 2.7 0 1 1 4.1 2.3C8.4 8.8 8 9.3 8 10M8 12.9v.1",
  neutral: "M4 8h.1M8 8h.1M12 8h.1",
};

const COLOURS: Record<Look, string> = {
  ok: "#14569b",
  degraded: "#8a5c00",
  failing: "#b43c00",
  unmeasured: "#5b21b6",
  neutral: "#526071",
};

/** The icon of the page's tab, as a URL. */
export function iconOf(look: Look): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="${COLOURS[look]}"/><path d="${MARKS[look]}" fill="none" stroke="#fff" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
