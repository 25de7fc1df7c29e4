import { idOf, type Scenario } from "@netchecker/simulator/scenario";
import { isExact, type Verdict } from "./verdict.ts";

export interface CauseCounts {
  draws: number;
  exact: number;
  missed: number;
  extra: number;
}

/** Draws that went wrong the same way. */
export interface Confusion {
  readonly causes: string;
  readonly what: string;
  readonly seeds: number[];
}

/** Counts how draws of so many causes went. */
export class Tally {
  readonly total: CauseCounts = noCounts();
  /** Draws in which each single round was exact, of three. */
  exactRounds = 0;
  rounds = 0;
  readonly byCause = new Map<string, CauseCounts>();
  readonly #confusions = new Map<string, Confusion>();

  add(scenario: Scenario, verdict: Verdict): void {
    const ids = scenario.causes.map(idOf);
    for (const counts of [this.total, ...ids.map((id) => this.#of(id))]) {
      counts.draws += 1;
      counts.exact += Number(isExact(verdict));
      counts.missed += Number(verdict.missed.length > 0);
      counts.extra += Number(verdict.extra.length > 0);
    }
    this.rounds += verdict.rounds.length;
    this.exactRounds += verdict.rounds.filter((round) => isExact(round.score)).length;
    if (!isExact(verdict)) this.#confuse(scenario, verdict);
  }

  /** Those that happened most often first, at most so many. */
  confusions(most: number): Confusion[] {
    return [...this.#confusions.values()]
      .toSorted((a, b) => b.seeds.length - a.seeds.length)
      .slice(0, most);
  }

  #of(id: string): CauseCounts {
    const counts = this.byCause.get(id) ?? noCounts();
    this.byCause.set(id, counts);
    return counts;
  }

  #confuse({ seed, causes }: Scenario, { missed, extra }: Verdict): void {
    const ids = causes.map(idOf).join(",");
    const kinds = (texts: string[]) => [...new Set(texts)].toSorted().join(" + ") || "nothing";
    const without = kinds(
      missed.map(({ forms: [{ kind, direction }] }) => kindOf(kind, direction)),
    );
    const beside = kinds(extra.map(({ kind, direction }) => kindOf(kind, direction)));
    const what = `missed ${without}, extra ${beside}`;
    // Of several causes no two draws are alike: told apart by what went wrong only.
    const key = causes.length === 1 ? `${ids} ${what}` : what;
    const known = this.#confusions.get(key) ?? { causes: ids, what, seeds: [] };
    known.seeds.push(seed);
    this.#confusions.set(key, known);
  }
}

function kindOf(kind: string, direction: string | null): string {
  return direction === null ? kind : `${kind} ${direction}`;
}

function noCounts(): CauseCounts {
  return { draws: 0, exact: 0, missed: 0, extra: 0 };
}

/** The causes' table: draws, exact, missed, extra, the worst first. */
export function formatCauses(byCause: ReadonlyMap<string, CauseCounts>): string {
  const rows = [...byCause].toSorted(
    ([a, one], [b, other]) => one.exact / one.draws - other.exact / other.draws || (a < b ? -1 : 1),
  );
  const width = Math.max(...rows.map(([id]) => id.length));
  const line = (cells: readonly string[]) =>
    cells.map((cell, column) => (column === 0 ? cell.padEnd(width) : cell.padStart(7))).join(" ");
  return [
    line(["", "draws", "exact", "missed", "extra"]),
    ...rows.map(([id, { draws, exact, missed, extra }]) =>
      line([id, `${draws}`, `${((100 * exact) / draws).toFixed(1)} %`, `${missed}`, `${extra}`]),
    ),
  ].join("\n");
}

export function formatConfusions(confusions: readonly Confusion[]): string {
  return confusions
    .map(
      ({ causes, what, seeds }) =>
        `${seeds.length} × ${causes}: ${what}\n    pnpm bench:findings --seed ${seeds[0]} --cause ${causes} --explain`,
    )
    .join("\n");
}
