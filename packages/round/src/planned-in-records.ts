import type { PlannedWhy } from "@netchecker/contract";

/**
 * In records, `planned` has its old name beside it: netchecker 1 calls it `expected`, requires it in its
 * answers, and would take what lacks it for planned. After a downgrade it so shows the rounds of this version
 * as they were. What is read has the new name only.
 */
type BothNames<T> = T & { readonly expected: unknown };

/** Whys that netchecker 1 does not know, and what it says of the same thing. */
const OLD_WHYS: Partial<Record<PlannedWhy, string>> = {
  node_leaving: "node_deleting",
  node_shutting_down: "node_not_ready",
  node_returning: "node_starting",
};

export function withOldWhy<T extends { readonly planned: PlannedWhy | null }>(
  record: T,
): BothNames<T> {
  const { planned } = record;
  return { ...record, expected: planned === null ? null : (OLD_WHYS[planned] ?? planned) };
}

export function withOldName<T extends { readonly planned: boolean | number }>(
  record: T,
): BothNames<T> {
  return { ...record, expected: record.planned };
}

/** A record with either name, or both → with the new one only. What is neither stays so, for the schema to find. */
export function withNewName(record: unknown): unknown {
  const { expected, ...rest } = record as Record<string, unknown>;
  return { planned: expected, ...rest };
}
