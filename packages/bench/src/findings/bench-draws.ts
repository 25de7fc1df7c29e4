import { below, type Row, told } from "../table.ts";
import type { FindingsOptions, Part } from "./options.ts";
import { drawScenario } from "@netchecker/simulator/scenario";
import { Tally } from "./tally.ts";
import { judge } from "./verdict.ts";

interface Limit {
  readonly causes: number;
  readonly draws: number;
  readonly exactPercent: number;
}

export const LIMITS: Readonly<Record<Extract<Part, "one" | "two" | "three">, Limit>> = {
  one: { causes: 1, draws: 1_000, exactPercent: 99 },
  two: { causes: 2, draws: 500, exactPercent: 95 },
  three: { causes: 3, draws: 300, exactPercent: 90 },
};

/** So many draws of so many causes. */
export function benchDraws(
  part: keyof typeof LIMITS,
  { seed, draws, share, causes }: FindingsOptions,
): { rows: Row[]; tally: Tally } {
  const limit = LIMITS[part];
  const tally = new Tally();
  const count = draws ?? Math.ceil(limit.draws * share);
  const startedAt = performance.now();
  for (let draw = 0; draw < count; draw += 1) {
    const scenario = drawScenario(seed + draw, causes ?? limit.causes);
    tally.add(scenario, judge(scenario));
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  const what = `${part === "one" ? "one cause" : `${part} causes`}, ${count} draws`;
  const { exact, missed, extra } = tally.total;
  const percent = (of: number, total: number) => (100 * of) / total;
  return {
    tally,
    rows: [
      atLeast(`${what}: exactly these`, percent(exact, count), limit.exactPercent),
      told(`${what}: a cause missed`, `${missed}`),
      told(`${what}: something else found`, `${extra}`),
      told(
        `${what}: exact in a single round`,
        `${percent(tally.exactRounds, tally.rounds).toFixed(1)} %`,
      ),
      told(`${what}: took`, `${seconds.toFixed(0)} s`),
    ],
  };
}

function atLeast(what: string, value: number, limit: number): Row {
  return { ...below(what, value, limit, "%"), wanted: `≥ ${limit} %`, met: value >= limit };
}
