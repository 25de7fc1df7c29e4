import {
  CELL_VALUES,
  FAILED_ALL,
  NOT_KEPT,
  OK,
  PLANNED,
  RAMP,
  RAMP_STEPS,
  STARTING,
  UNKNOWN,
} from "./cell.ts";
import type { Look, Rgb } from "./paint.ts";

export type Theme = "light" | "dark";

/**
 * Blue is ok and orange is broken. People with any kind of colour vision can distinguish them, also
 * by brightness alone. Cells that were not measured are hatched, with wider lines if the agent is
 * starting. Planned cells are dotted.
 */
const COLOURS = {
  light: {
    blank: "#eef0f3",
    ok: "#a9c9ea",
    planned: ["#d3dee9", "#6d87a5"],
    unknown: ["#f4f4f2", "#8a8a86"],
    failed: ["#f3b98b", "#ee9350", "#e06a1b", "#b93f00"],
    ramp: ["#dbe9f8", "#8dbbe8", "#3f83c5", "#0f3f7d"],
  },
  dark: {
    blank: "#1b2027",
    ok: "#2f5f92",
    planned: ["#263649", "#7f9cc0"],
    unknown: ["#24272b", "#8b8f94"],
    failed: ["#8a4a1e", "#c2611c", "#f0822b", "#ffac5e"],
    ramp: ["#1b3350", "#2c639c", "#5fa3e0", "#d3e9ff"],
  },
} as const;

/** The look of every cell value, by its number. */
export function looksOf(theme: Theme): Look[] {
  const { blank, ok, planned, unknown, failed, ramp } = COLOURS[theme];
  const looks: Look[] = Array.from({ length: CELL_VALUES }, () => ({ fill: rgb(blank) }));
  looks[NOT_KEPT] = { fill: rgb(blank) };
  looks[OK] = { fill: rgb(ok) };
  looks[PLANNED] = { fill: rgb(planned[0]), mark: rgb(planned[1]), pattern: "dots" };
  looks[STARTING] = { fill: rgb(unknown[0]), mark: rgb(unknown[1]), pattern: "wide-hatch" };
  looks[UNKNOWN] = { fill: rgb(unknown[0]), mark: rgb(unknown[1]), pattern: "hatch" };
  for (const [shade, colour] of failed.entries())
    looks[FAILED_ALL - failed.length + 1 + shade] = { fill: rgb(colour) };
  for (let step = 0; step < RAMP_STEPS; step += 1)
    looks[RAMP + step] = { fill: between(ramp.map(rgb), step / (RAMP_STEPS - 1)) };
  return looks;
}

function rgb(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function between(stops: readonly Rgb[], share: number): Rgb {
  const at = share * (stops.length - 1);
  const first = Math.min(Math.floor(at), stops.length - 2);
  const [a, b] = [stops[first]!, stops[first + 1]!];
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(a[channel] + (b[channel] - a[channel]) * (at - first));
  return [mix(0), mix(1), mix(2)];
}
