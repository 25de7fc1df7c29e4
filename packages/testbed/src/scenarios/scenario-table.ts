import type { Played } from "./play-scenario.ts";

/** Lines for a terminal, aligned: a heading, and one line a scenario. */
export function scenarioTable(widest: number) {
  const line = (name: string, ...cells: readonly string[]) =>
    [name.padEnd(widest), ...cells.map((cell) => cell.padStart(7))].join("  ");
  return {
    heading: line("scenario", "pairs", "failed", "unknown", "wrong", "seconds"),
    line: ({ scenario, pairs, failed, unknown, wrong, seconds }: Played) =>
      [
        line(
          scenario,
          `${pairs}`,
          `${failed}`,
          `${unknown}`,
          `${wrong.length}`,
          seconds.toFixed(1),
        ),
        ...wrong.slice(0, 8).map((sentence) => `    ${sentence}`),
        ...(wrong.length > 8 ? [`    … and ${wrong.length - 8} more`] : []),
      ].join("\n"),
  };
}
