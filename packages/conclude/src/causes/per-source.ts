import { mayBeChance, rarityOf } from "../evidence/chance.ts";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { isEverywhere } from "../evidence/source-tallies.ts";

/** More nodes than this do not lose DNS, or the outside, each for itself. */
export const MOST_ALONE = 3;
/** More than this are too many to be told one by one. */
const MOST_EACH = 8;

/** One finding for all where all are struck, or one server of some fails them all now and then. */
export function eachOrAll(
  evidence: Evidence,
  sources: readonly number[],
  known: number,
  oneOfSome: boolean,
  make: (some: readonly number[]) => Draft,
): Draft[] {
  if (oneOfSome)
    return [{ ...make(sources), contradictedBy: known - sources.length, places: null }];
  if (isEverywhere(sources.length, known) || sources.length > MOST_EACH)
    return perSourceOrAll(evidence, sources, known, make);
  return sources.map((n) => ({ ...make([n]), nodes: [n], failed: 1, of: 1 }));
}

/** One finding for all where all are struck, or too many for chance; else one for each node. */
export function perSourceOrAll(
  evidence: Evidence,
  sources: readonly number[],
  known: number,
  make: (some: readonly number[]) => Draft,
): Draft[] {
  if (isEverywhere(sources.length, known) || sources.length > MOST_ALONE) {
    const all = make(sources);
    const rarity = rarityOf(evidence, all.claim, known);
    if (rarity === "common") {
      evidence.release(all.claim);
      return [];
    }
    const told = { ...all, contradictedBy: known - sources.length };
    return rarity === "rare" ? [told] : [mayBeChance(told)];
  }
  return sources.map((n) => ({ ...make([n]), nodes: [n], failed: 1, of: 1 }));
}
