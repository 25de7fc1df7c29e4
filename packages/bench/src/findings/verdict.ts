import type { Cause } from "@netchecker/contract";
import { type SimulatedRound, simulateRound } from "@netchecker/simulator/simulate-round";
import { finish } from "@netchecker/round/steps";
import {
  emptyLatencyHistory,
  extendHistory,
  type LatencyHistory,
  findCauses,
} from "@netchecker/conclude/causes";
import { withChurn } from "@netchecker/simulator/background";
import { type Expected, formatForm, score, type Score } from "@netchecker/simulator/expectation";
import { Random } from "@netchecker/simulator/random";
import type { Scenario } from "@netchecker/simulator/scenario";
import { ALL_WELL } from "@netchecker/simulator/shown-cluster";
import { healthyWorld } from "@netchecker/simulator/world";

/** As an alarm needs two of three rounds, so does a score: chance looks like a cause in one of them. */
const ROUNDS = 3;
const ENOUGH = 2;
const HISTORY_ROUNDS = 10;

export interface RoundVerdict extends SimulatedRound {
  readonly found: readonly Cause[];
  readonly score: Score;
}

export interface Verdict {
  readonly rounds: readonly RoundVerdict[];
  /** In two of three rounds. */
  readonly missed: readonly Expected[];
  readonly extra: readonly Cause[];
}

export function isExact({ missed, extra }: Pick<Verdict, "missed" | "extra">): boolean {
  return missed.length === 0 && extra.length === 0;
}

/** Three rounds of a scenario, and what is found in them. */
export function judge(scenario: Scenario): Verdict {
  let history = usualRounds(scenario);
  const rounds = Array.from({ length: ROUNDS }, (_, index) => {
    const id = HISTORY_ROUNDS + index + 1;
    const random = new Random(scenario.seed, `round ${id}`);
    const scene = withChurn(scenario.world, scenario.shown, scenario.quiet, random);
    const { world, views, changing } = scene;
    const simulated = simulateRound(world, views, { id, random });
    const found = findCauses(simulated.round, simulated.view, history);
    history = finish(extendHistory(history, simulated.round));
    const unclear =
      changing === undefined
        ? scenario.unclear
        : new Set([...scenario.unclear, world.cluster.nodes[changing]!.name]);
    return { ...simulated, found, score: score(found, { ...scenario, unclear }) };
  });
  return {
    rounds,
    missed: often(
      rounds.map((round) => round.score.missed),
      ({ forms }) => formatForm(forms[0]),
    ),
    extra: often(
      rounds.map((round) => round.score.extra),
      keyOf,
    ),
  };
}

function keyOf(cause: Cause): string {
  const { kind, nodes, peers, direction, target } = cause;
  return JSON.stringify([kind, nodes, peers, direction, target]);
}

/** What is there in enough rounds. */
function often<T>(rounds: readonly (readonly T[])[], key: (item: T) => string): T[] {
  const byKey = Map.groupBy(rounds.flat(), key);
  return [...byKey.values()].filter((same) => same.length >= ENOUGH).map(([first]) => first!);
}

/** Rounds before anything broke, where a cause shows only against them. */
function usualRounds({ causes, world, seed }: Scenario): LatencyHistory {
  let history = emptyLatencyHistory();
  if (!causes.some(({ needsHistory }) => needsHistory)) return history;
  const healthy = healthyWorld(world.cluster);
  healthy.burstShare = world.burstShare;
  const views = { opening: ALL_WELL, closing: ALL_WELL };
  for (let id = 1; id <= HISTORY_ROUNDS; id += 1) {
    const random = new Random(seed, `usual round ${id}`);
    history = finish(extendHistory(history, simulateRound(healthy, views, { id, random }).round));
  }
  return history;
}
