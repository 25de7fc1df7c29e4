/** Most of the interval: three attempts of 1 s must fit, and a moment for the reports. */
const ROUND_TIMEOUT_SHARE = 0.9;

/** When netchecker's timer closes a round, milliseconds after its start. */
export const roundTimeoutMs = (intervalMs: number) => Math.round(intervalMs * ROUND_TIMEOUT_SHARE);
