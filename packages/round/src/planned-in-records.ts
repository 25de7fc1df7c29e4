import type { PlannedWhy } from "@netchecker/contract";

/**
 * Stored records have `planned` under its old name, too. netchecker 1 calls it `expected` and takes a record
 * without it for planned. With both names, netchecker 1 shows these rounds correctly after a downgrade.
 * Decoding keeps the new name only.
 */
type BothNames<T> = T & { readonly expected: unknown };

/** The reasons that netchecker 1 does not know, each with the one that it used instead. */
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

/**
 * Turns a record with either name, or both, into one with the new name only. A record with neither is left for the
 * schema to refuse.
 */
export function withNewName(record: unknown): unknown {
  const { expected, ...rest } = record as Record<string, unknown>;
  return { planned: expected, ...rest };
}
