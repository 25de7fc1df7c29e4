import { setTimeout as sleep } from "node:timers/promises";
import type { RoundHead } from "@netchecker/contract";
import { judgeRound } from "../expect/judge-round.ts";
import type { LabClient } from "../namespaces/lab-client.ts";
import { RoundWatcher, type ServedRound } from "../services/watch-rounds.ts";
import { checkReports } from "./check-reports.ts";
import type { Timeline } from "./timeline.ts";

const LOOK_EVERY_MS = 500;
/** How long after its end a round is judged: what was done meanwhile must be in the timeline. */
const SETTLED_MS = 1_500;

/** Judges every round that closes, against what was in effect, and against what agents published for it. */
export class RoundJudge {
  readonly #lab: LabClient;
  readonly #timeline: Timeline;
  readonly #intervalMs: number;
  readonly #say: (line: string) => void;
  readonly #rounds: RoundWatcher;
  /** By id and start: ids begin anew where Redis and netchecker forgot all at once. */
  readonly #judged = new Set<string>();
  readonly #end = new AbortController();
  #lastStartedAt = 0;
  readonly tally = {
    rounds: 0,
    /** Intervals in which a round could have been closed, and none was. */
    missingRounds: 0,
    pairs: 0,
    /** Pairs reported failed that nothing had broken. */
    falseFailures: 0,
    /** Pairs reported ok that were broken during the whole round. */
    missedFailures: 0,
    /** Wrong reasons, wrong missing agents, and so on. */
    otherFaults: 0,
    /** Rows of an agent that are not what it reported for that round. */
    mixed: 0,
    reportsLost: 0,
    lateReports: 0,
  };

  constructor(lab: LabClient, timeline: Timeline, intervalMs: number, say: (line: string) => void) {
    this.#lab = lab;
    this.#timeline = timeline;
    this.#intervalMs = intervalMs;
    this.#say = say;
    this.#rounds = new RoundWatcher(lab.url);
  }

  async run(signal: AbortSignal): Promise<void> {
    const until = AbortSignal.any([signal, this.#end.signal]);
    while (!until.aborted) {
      await this.#look();
      await sleep(LOOK_EVERY_MS, null, { signal: until }).catch(() => {});
    }
    await sleep(SETTLED_MS);
    await this.#look();
  }

  stop(): void {
    this.#end.abort();
  }

  async #look(): Promise<void> {
    const heads = (await this.#rounds.heads(20)).filter(
      ({ id, startedAt, finishedAt }) =>
        !this.#judged.has(`${id} ${startedAt}`) &&
        finishedAt !== null &&
        Date.parse(finishedAt) < Date.now() - SETTLED_MS,
    );
    for (const head of heads.toSorted((a, b) => a.id - b.id)) {
      if (head.state === "closed") {
        const round = await this.#rounds.round(head.id);
        // netchecker is away for the moment: the next look finds it.
        if (!round) return;
        await this.#judge(round);
      }
      this.#judged.add(`${head.id} ${head.startedAt}`);
    }
  }

  async #judge(served: ServedRound): Promise<void> {
    const { tally } = this;
    const { round } = served;
    const from = Date.parse(round.startedAt);
    const to = Date.parse(round.finishedAt!);
    const state = await this.#lab.ask("state");
    const effects = this.#timeline.effectsDuring(from, to);
    const nodes = state.nodes.map(({ name }) => name);
    const judgement = judgeRound(served, effects, nodes);
    const reports = checkReports(served, await this.#lab.ask("reports", round.id));
    tally.rounds += 1;
    tally.pairs += judgement.pairs;
    tally.lateReports += round.dropped.late;
    tally.falseFailures += this.#tell(round, "false failure", judgement.falseFailures);
    tally.missedFailures += this.#tell(round, "missed failure", judgement.missedFailures);
    tally.otherFaults += this.#tell(round, "fault", judgement.otherFaults);
    tally.mixed += this.#tell(round, "mixed", reports.mixed);
    tally.reportsLost += this.#tell(round, "report lost", reports.lost);
    tally.missingRounds += this.#missingBefore(from);
    this.#lastStartedAt = from;
  }

  /** Rounds that did not start, or did not close, though nothing kept them from it. */
  #missingBefore(startedAt: number): number {
    if (this.#lastStartedAt === 0) return 0;
    const gap = Math.round((startedAt - this.#lastStartedAt) / this.#intervalMs) - 1;
    if (gap <= 0) return 0;
    const explained = this.#timeline
      .effectsDuring(this.#lastStartedAt, startedAt)
      .some(({ noRounds }) => noRounds);
    if (!explained) this.#say(`missing: ${gap} rounds before ${new Date(startedAt).toISOString()}`);
    return explained ? 0 : gap;
  }

  #tell(round: RoundHead, what: string, sentences: readonly string[]): number {
    for (const sentence of sentences.slice(0, 5))
      this.#say(`round ${round.id}: ${what}: ${sentence}`);
    return sentences.length;
  }
}
