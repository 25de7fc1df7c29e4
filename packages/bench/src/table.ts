/** One measurement: what, how much, and what it must reach. */
export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  /** Null where nothing is asked. */
  readonly met: boolean | null;
}

/** A row whose figure must stay below a limit. */
export function below(what: string, value: number, limit: number, unit: string): Row {
  const digits = value < 10 ? 2 : value < 100 ? 1 : 0;
  return {
    what,
    measured: `${value.toFixed(digits)} ${unit}`,
    wanted: `< ${limit} ${unit}`,
    met: value < limit,
  };
}

/** A row of memory that must stay below a limit, and of which there may be no figure. */
export function memoryBelow(what: string, mib: number | null, limitMiB: number): Row {
  return mib === null ? told(what, "not measured") : below(what, mib, limitMiB, "MiB");
}

/** Memory as a row tells it. */
export function sayMiB(mib: number | null): string {
  return mib === null ? "not measured" : `${mib.toFixed(1)} MiB`;
}

/** A row for something that must hold, or is told for its own sake. */
export function told(what: string, measured: string, wanted = "", met: boolean | null = null): Row {
  return { what, measured, wanted, met };
}

/** A row for what cannot be measured on this machine; `why` is a sentence that says what it takes. */
export function notMeasured(what: string, why: string): Row {
  return told(`${what}: ${why}`, "not measured");
}

/** The rows as an aligned table, as people read it. */
export function formatTable(rows: readonly Row[]): string {
  const cells = [
    ["", "measured", "wanted", ""],
    ...rows.map(({ what, measured, wanted, met }) => [
      what,
      measured,
      wanted,
      met === null ? "" : met ? "met" : "NOT MET",
    ]),
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
