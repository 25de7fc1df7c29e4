import { setTimeout as sleep } from "node:timers/promises";
import { judgeClosing } from "../expect/judge-closing.ts";
import { expectFindings, judgeFindings } from "../expect/judge-findings.ts";
import { VXLAN_OVERHEAD } from "../namespaces/network/node-network.ts";
import { type Judgement, judgeRound, wrongOf } from "../expect/judge-round.ts";
import { effectOf } from "../faults/read-fault.ts";
import type { LabClient } from "../namespaces/lab-client.ts";
import { roundTimeoutMs } from "../namespaces/round-timeout.ts";
import type { Scenario } from "./catalog.ts";
import { RoundWatcher, type ServedRound } from "../services/watch-rounds.ts";

/** What a scenario's rounds said, before, during and after its faults. */
interface Played {
  readonly pairs: number;
  readonly failed: number;
  readonly unknown: number;
  /** Sentences; empty where all was as it must be. */
  readonly wrong: readonly string[];
  readonly seconds: number;
}

/** A product may take so many rounds to be sure of a fault, and as many to notice that all is well again. */
const ROUNDS_TO_TELL = 2;

/** A kubelet may take so long to call its node's pods ready again. */
const READY_WITHIN_MS = 15_000;
const POLL_MS = 100;

/** Plays one scenario in a lab that is up: a clean round, rounds that lie wholly in its faults, healed, clean again. */
export async function playScenario(
  lab: LabClient,
  scenario: Scenario,
  intervalMs: number,
): Promise<Played> {
  const startedAt = performance.now();
  const { nodes, podNetwork } = await lab.ask("state");
  const tunnelBytes = podNetwork === "vxlan" ? VXLAN_OVERHEAD : 0;
  const names = nodes.map(({ name }) => name);
  const effects = scenario.faults.map((fault) => effectOf(fault));
  const expected = scenario.findings ?? expectFindings(effects);
  const rounds = new RoundWatcher(lab.url);
  const next = () => rounds.nextRound(3 * intervalMs + 5_000);
  const wrong: string[] = [];
  const note = (when: string, sentences: readonly string[]) =>
    wrong.push(...sentences.map((sentence) => `${when}: ${sentence}`));

  const before = judgeRound(await next(), [], names);
  note("before", wrongOf(before));
  const during: Pick<Judgement, "failed" | "unknown"> = { failed: 0, unknown: 0 };
  try {
    for (const fault of scenario.faults) await lab.ask("break", fault);
    if (effects.some(({ noRounds }) => noRounds))
      note("during", await noRoundDuring(rounds, 1.5 * intervalMs));
    else {
      let found: string[] = [];
      for (let round = 1; round <= ROUNDS_TO_TELL; round += 1) {
        const served = await next();
        const judgement = judgeRound(served, effects, names);
        Object.assign(during, judgement);
        note(`round ${round}`, [
          ...wrongOf(judgement),
          ...judgeClosing(served.round, effects, names, roundTimeoutMs(intervalMs)),
        ]);
        found = judgeFindings(served.findings, expected, tunnelBytes);
      }
      note("concluded", found);
    }
  } finally {
    await lab.ask("heal");
  }
  note("after", await untilReady(lab));
  note("after", await untilClean(next, names));
  const { pairs } = before;
  const { failed, unknown } = during;
  const seconds = (performance.now() - startedAt) / 1000;
  return { pairs, failed, unknown, wrong, seconds };
}

/** Nothing is closed, and nothing is made up, while rounds cannot be. */
async function noRoundDuring(rounds: RoundWatcher, waitMs: number): Promise<string[]> {
  const since = Date.now();
  await sleep(waitMs);
  const latest = await rounds.json<ServedRound>("/results");
  const fresh = latest && Date.parse(latest.round.startedAt) >= since;
  return fresh ? [`round ${latest.round.id} is closed, though none can be`] : [];
}

/** netChecker repeats what Kubernetes says of a pod, so that Kubernetes has to call all of them ready first. */
async function untilReady(lab: LabClient): Promise<string[]> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const { nodes } = await lab.ask("state");
    const notReady = nodes.flatMap(({ ping, pong }) => [ping, pong]).filter(({ ready }) => !ready);
    if (notReady.length === 0) return [];
    if (Date.now() > deadline)
      return notReady.map(({ name }) => `Kubernetes does not call ${name} ready again`);
    await sleep(POLL_MS);
  }
}

/** What is still wrong when all should be well again: pairs, and findings that have not recovered. */
async function untilClean(
  next: () => Promise<ServedRound>,
  names: readonly string[],
): Promise<string[]> {
  let wrong: string[] = [];
  for (let round = 1; round <= ROUNDS_TO_TELL; round += 1) {
    const served = await next();
    wrong = [...wrongOf(judgeRound(served, [], names)), ...judgeFindings(served.findings, [])];
    if (wrong.length === 0) return [];
  }
  return wrong;
}
