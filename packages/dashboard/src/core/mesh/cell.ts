/**
 * The values of a heat map cell, in one byte. A larger value is worse. A cell is one pair of nodes,
 * or several pairs if the map is zoomed out.
 */
export const NOT_KEPT = 0;
export const OK = 1;
/** Not ok because of a planned change. */
export const PLANNED = 2;
/** Not measured, because the agent is starting. */
export const STARTING = 3;
/** Not measured. */
export const UNKNOWN = 4;
/** Failed: from a small share of the cell's pairs to all of them. */
const FIRST_FAILED_SHADE = 5;
export const FAILED_ALL = 8;

/** From here on: a measured value, on a scale of {@link RAMP_STEPS}. */
export const RAMP = 16;
export const RAMP_STEPS = 48;
/** The number of different cell values. */
export const CELL_VALUES = RAMP + RAMP_STEPS;

export const isFailed = (cell: number): boolean => cell >= FIRST_FAILED_SHADE && cell <= FAILED_ALL;
export const isUnknown = (cell: number): boolean => cell === UNKNOWN || cell === STARTING;

/**
 * The share of failed pairs → one of four shades. A single failure among thousands is still
 * visible.
 */
export function failedCell(failed: number, of: number): number {
  if (failed >= of) return FAILED_ALL;
  const share = failed / of;
  return FIRST_FAILED_SHADE + (share < 0.05 ? 0 : share < 0.4 ? 1 : 2);
}
