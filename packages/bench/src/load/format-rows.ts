import { isMet, type LoadRow, type SkippedRow } from "./load-row.ts";

/** How many different texts of a kind are printed. */
const MAX_TEXTS_PER_KIND = 3;

/** The rows as a table: tried, died, lost, peak memory. Below each row are the observations and the faults. */
export function formatRows(
  rows: Readonly<Record<string, readonly (LoadRow | SkippedRow)[]>>,
): string {
  const cells = [["row", "tried", "died", "lost", "peak memory", ""]];
  const notes: string[][] = [[]];
  for (const [name, parts] of Object.entries(rows))
    for (const part of parts) {
      if ("skipped" in part) {
        cells.push([name, part.tried, "", "", "", "not tried"]);
        notes.push([part.skipped]);
        continue;
      }
      const { tried, died, lost, peak, seen, faults } = part;
      const verdict = isMet(part) ? "met" : "NOT MET";
      cells.push([name, tried, `${died.length}`, `${lost.length}`, peak, verdict]);
      notes.push([seen, ...say("died", died), ...say("lost", lost), ...faults].filter(Boolean));
    }
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .flatMap((row, index) => [
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
      ...notes[index]!.map((note) => `    ${note}`),
    ])
    .join("\n");
}

/** The most frequent texts, each with its count. */
function say(what: string, each: readonly string[]): string[] {
  const counts = new Map<string, number>();
  // Texts that differ only in the id of the round count as one.
  for (const text of each.map((one) => one.replace(/round \d+/, "a round")))
    counts.set(text, (counts.get(text) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  const told = sorted
    .slice(0, MAX_TEXTS_PER_KIND)
    .map(([text, count]) => `${what}: ${count} × ${text}`);
  return sorted.length > MAX_TEXTS_PER_KIND
    ? [...told, `${what}: ${sorted.length - MAX_TEXTS_PER_KIND} more kinds`]
    : told;
}
