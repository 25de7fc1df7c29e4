/**
 * What a cell of the heat map is, as a byte: the larger, the worse. A cell is one pair of nodes, or, from
 * far away, the pairs of several.
 */
export const NOT_KEPT = 0;
export const OK = 1;
/** Not ok, for a planned change. */
export const PLANNED = 2;
/** Not measured, because the agent is starting. */
export const STARTING = 3;
/** Not measured. */
export const UNKNOWN = 4;
/** Failed: a few of what the cell stands for … all of it. */
const FAILED_FEW = 5;
export const FAILED_ALL = 8;

/** From here on: a measured value, on a scale of {@link RAMP_STEPS}. */
export const RAMP = 16;
export const RAMP_STEPS = 48;
/** So many different cells there are. */
export const CELLS = RAMP + RAMP_STEPS;

export const isFailed = (cell: number): boolean => cell >= FAILED_FEW && cell <= FAILED_ALL;
export const isUnknown = (cell: number): boolean => cell === UNKNOWN || cell === STARTING;

/** The share that failed → one of four shades; a single failure among thousands still shows. */
export function failedCell(failed: number, of: number): number {
  if (failed >= of) return FAILED_ALL;
  const share = failed / of;
  return FAILED_FEW + (share < 0.05 ? 0 : share < 0.4 ? 1 : 2);
}
