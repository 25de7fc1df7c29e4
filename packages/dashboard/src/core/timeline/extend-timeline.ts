import type { TimelineEntry } from "@netchecker/contract";

/**
 * The timeline with a round that just closed. It stays the same if the round is already there.
 * Null: rounds in between are missing.
 */
export function extendTimeline(
  rounds: readonly TimelineEntry[],
  entry: TimelineEntry,
): readonly TimelineEntry[] | null {
  const last = rounds.at(-1);
  if (!last || entry.id > last.id + 1) return null;
  const at = rounds.findIndex(({ id }) => id === entry.id);
  return at === -1 ? (entry.id < last.id ? rounds : [...rounds, entry]) : rounds.with(at, entry);
}
