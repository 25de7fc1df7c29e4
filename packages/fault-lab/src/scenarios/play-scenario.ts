import { setTimeout as sleep } from "node:timers/promises";
import type { Effect } from "../expect/effect.ts";
import { type Judgement, judgeRound, wrongOf } from "../expect/judge-round.ts";
import { effectOf } from "../faults/effect-of.ts";
import type { FaultSpec } from "../faults/fault.ts";
import type { LabClient } from "../lab-client.ts";
import type { Scenario } from "./scenario.ts";
import { RoundWatcher } from "./watch-rounds.ts";

/** What a scenario's rounds said, before, during and after its faults. */
export interface Played {
  readonly scenario: string;
  readonly pairs: number;
  readonly failed: number;
  readonly unknown: number;
  /** Sentences; empty where all was as it must be. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** A product may take so many rounds to notice that all is well again. */
const ROUNDS_TO_RECOVER = 2;

/** Plays one scenario in a lab that is up: a clean round, the faults, a round that lies wholly in them, healed, clean again. */
export async function playScenario(
  lab: LabClient,
  scenario: Scenario,
  intervalMs: number,
): Promise<Played> {
  const startedAt = performance.now();
  const { nodes } = await lab.state();
  const names = nodes.map(({ name }) => name);
  const rounds = new RoundWatcher(lab.url);
  const patienceMs = 3 * intervalMs + 5_000;
  const wrong: string[] = [];
  const look = async (when: string, effects: readonly Effect[]): Promise<Judgement> => {
    const judgement = judgeRound(await rounds.nextRound(patienceMs), effects, names);
    wrong.push(...wrongOf(judgement).map((sentence) => `${when}: ${sentence}`));
    return judgement;
  };
  const { pairs } = await look("before", []);
  const effects = scenario.faults.map((fault) => effectOf(fault, { nodes: names }));
  const during: Pick<Judgement, "failed" | "unknown"> = { failed: 0, unknown: 0 };
  try {
    for (const fault of scenario.faults) await lab.break(fault);
    if (effects.some(({ noRounds }) => noRounds))
      wrong.push(...(await noRoundDuring(rounds, 1.5 * intervalMs)));
    else Object.assign(during, await look("during", effects));
  } finally {
    await lab.heal();
  }
  wrong.push(...(await untilClean(rounds, patienceMs, names)));
  const seconds = (performance.now() - startedAt) / 1000;
  return { scenario: scenario.name, pairs, ...during, wrong, seconds };
}

/** Nothing is closed, and nothing is made up, while rounds cannot be. */
async function noRoundDuring(rounds: RoundWatcher, waitMs: number): Promise<string[]> {
  const since = Date.now();
  await sleep(waitMs);
  const latest = await rounds.latest();
  const fresh = latest && Date.parse(latest.round.startedAt) >= since;
  return fresh ? [`during: round ${latest.round.id} is closed, though none can be`] : [];
}

async function untilClean(
  rounds: RoundWatcher,
  patienceMs: number,
  names: readonly string[],
): Promise<string[]> {
  let wrong: string[] = [];
  for (let round = 1; round <= ROUNDS_TO_RECOVER; round += 1) {
    wrong = wrongOf(judgeRound(await rounds.nextRound(patienceMs), [], names));
    if (wrong.length === 0) return [];
  }
  return wrong.map((sentence) => `after: ${sentence}`);
}

/** What is typed to make a scenario's faults by hand. */
export const commandOf = ({ kind, ...parameters }: FaultSpec): string =>
  [
    "lab break",
    kind,
    ...Object.entries(parameters).map(([name, value]) => `--${name} ${String(value)}`),
  ].join(" ");
