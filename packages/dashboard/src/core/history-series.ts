import type { NodeHistory } from "@netchecker/contract";

/**
 * A node's history as columns: seconds since 1970, then one column for each line. null: not
 * measured.
 */
export interface HistorySeries {
  readonly failures: [number[], ...(number | null)[][]];
  readonly latencies: [number[], ...(number | null)[][]];
}

/**
 * `/node-states/:node/history` → the data of the two charts. A round without any check is a gap,
 * not a zero.
 */
export function historySeries({ rounds }: NodeHistory): HistorySeries {
  const times = rounds.map(({ startedAt }) => Date.parse(startedAt) / 1_000);
  const percent = (failed: number, total: number) => (total === 0 ? null : (100 * failed) / total);
  return {
    failures: [
      times,
      rounds.map(({ outFailed, outTotal }) => percent(outFailed, outTotal)),
      rounds.map(({ inFailed, inTotal }) => percent(inFailed, inTotal)),
    ],
    latencies: [
      times,
      rounds.map(({ outLatencyMs }) => outLatencyMs),
      rounds.map(({ inLatencyMs }) => inLatencyMs),
    ],
  };
}
