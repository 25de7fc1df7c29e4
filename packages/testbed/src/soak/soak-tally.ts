import type { RoundJudge } from "./judge-rounds.ts";

/** Resident memory of one process, first (after the time of warming up) and last, bytes. */
export interface MemoryTally {
  readonly of: string;
  readonly firstBytes: number;
  readonly lastBytes: number;
}

/** What a soak counted. */
export type SoakTally = RoundJudge["tally"] & {
  readonly faults: number;
  /** Nodes and pods that came, went or were replaced. */
  readonly churn: number;
  readonly restarts: number;
  readonly memory: readonly MemoryTally[];
};

/** Memory may grow so much after the first minutes: a tenth. */
const MAX_GROWTH = 1.1;

const hasGrown = ({ firstBytes, lastBytes }: MemoryTally) => lastBytes > firstBytes * MAX_GROWTH;

/** Whether nothing was counted that must not be. */
export function isClean(tally: SoakTally): boolean {
  const { missingRounds, falseFailures, missedFailures, otherFaults, mixed, reportsLost } = tally;
  const faults = missingRounds + falseFailures + missedFailures + otherFaults + mixed + reportsLost;
  return tally.rounds > 0 && faults === 0 && !tally.memory.some(hasGrown);
}

const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** A table for a terminal. */
export function soakTable(tally: SoakTally): string {
  const rows: [string, string, string][] = [
    ["rounds", `${tally.rounds}`, ""],
    ["missing rounds", `${tally.missingRounds}`, "0"],
    ["pairs judged", `${tally.pairs}`, ""],
    ["false failures", `${tally.falseFailures}`, "0"],
    ["missed failures", `${tally.missedFailures}`, "0"],
    ["other faults", `${tally.otherFaults}`, "0"],
    ["mixed rows", `${tally.mixed}`, "0"],
    ["reports lost", `${tally.reportsLost}`, "0"],
    ["reports late", `${tally.lateReports}`, ""],
    ["faults made", `${tally.faults}`, ""],
    ["pods and nodes that came or went", `${tally.churn}`, ""],
    ["restarts of Redis or netchecker", `${tally.restarts}`, ""],
    ...tally.memory.map(({ of, firstBytes, lastBytes }): [string, string, string] => [
      `memory of ${of}`,
      `${mebibytes(firstBytes)} → ${mebibytes(lastBytes)}`,
      `at most ${mebibytes(firstBytes * MAX_GROWTH)}`,
    ]),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map(([what, value, limit]) =>
      [what.padEnd(widths[0]!), value.padStart(widths[1]!), limit].join("  ").trimEnd(),
    )
    .join("\n");
}
