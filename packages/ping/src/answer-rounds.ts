import type { TargetList, TargetType } from "@netchecker/contract";
import type { AgentTally } from "./core/agent-tally.ts";
import { buildReport } from "./core/build-report.ts";
import type { Agent, ArrivedList, LastAnswers, Log, ProbeTargets, PublishReport } from "./ports.ts";

export interface RoundAnswererParts {
  readonly agent: Agent;
  readonly probe: ProbeTargets;
  readonly publish: PublishReport;
  readonly tally: AgentTally;
  readonly log: Log;
}

/** The list that is being answered, or that was answered last. */
interface Answering {
  readonly list: TargetList;
  /** Ends probing: at the deadline, or when the agent ends. */
  readonly probing: AbortController;
  /** Ends everything: when a newer list comes, or when the report is due. */
  readonly answering: AbortController;
  readonly done: Promise<void>;
}

/** The last part of a list's time is for publishing: a tenth of it, but at most MAX_PUBLISH_MS. */
const PUBLISH_SHARE = 0.1;
const MAX_PUBLISH_MS = 1_000;

/** How long the last reports may take when the agent is told to end. */
const LAST_REPORTS_MS = 1_000;

/**
 * Answers target lists: it probes the targets of a list and publishes one report before the report
 * is due. The types are answered at the same time. Within a type, a newer list ends the work on the
 * older one.
 */
export class RoundAnswerer {
  readonly #parts: RoundAnswererParts;
  readonly #current = new Map<TargetType, Answering>();
  readonly #last: LastAnswers = {};
  #closed = false;

  constructor(parts: RoundAnswererParts) {
    this.#parts = parts;
  }

  /** The last report of each type, also if it could not be published. */
  get lastAnswers(): Readonly<LastAnswers> {
    return this.#last;
  }

  /**
   * Starts to answer a list. It ignores a list that it answers already, and an old list from a key.
   */
  take(arrived: ArrivedList): void {
    const { list, via, dueInMs } = arrived;
    if (this.#closed) return;
    const current = this.#current.get(list.type);
    if (current) {
      if (list.round === current.list.round && list.list === current.list.list) return;
      if (via === "key" && list.round <= current.list.round) return;
      current.answering.abort();
    }
    this.#parts.tally.list(arrived);
    const probing = new AbortController();
    const answering = new AbortController();
    answering.signal.addEventListener("abort", () => probing.abort());
    const done = this.#answer(list, dueInMs, probing, answering.signal);
    this.#current.set(list.type, { list, probing, answering, done });
  }

  /** Ends probing and publishes the results so far, within a second. Safe to call twice. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#current.values()];
    for (const { probing } of open) probing.abort();
    const farewell = setTimeout(() => {
      for (const { answering } of open) answering.abort();
    }, LAST_REPORTS_MS);
    await Promise.all(open.map(({ done }) => done));
    clearTimeout(farewell);
  }

  async #answer(
    list: TargetList,
    dueInMs: number,
    probing: AbortController,
    answering: AbortSignal,
  ): Promise<void> {
    const { agent, probe, publish, log, tally } = this.#parts;
    const { type, round } = list;
    const arrivedAt = performance.now();
    const publishMs = Math.min(dueInMs * PUBLISH_SHARE, MAX_PUBLISH_MS);
    const deadline = setTimeout(() => probing.abort(), dueInMs - publishMs);
    const probed = await probe(list, probing.signal);
    clearTimeout(deadline);
    if (answering.aborted) {
      tally.superseded(type);
      return log.warn({ type, round }, "a newer list came before this one was answered");
    }
    const report = buildReport(agent, list, probed, performance.now() - arrivedAt);
    const answer = { list, report };
    this.#last[type] = { ...answer, delivered: false };
    const leftMs = Math.max(0, arrivedAt + dueInMs - performance.now());
    const delivered = await publish(
      report,
      AbortSignal.any([answering, AbortSignal.timeout(Math.ceil(leftMs))]),
    );
    if (this.#last[type]?.report === report) this.#last[type] = { ...answer, delivered };
    tally.reported(list, report, delivered);
    const fields = { type, round, targets: list.check.length, tookMs: report.tookMs };
    if (delivered) log.debug(fields, "reported");
    else log.warn(fields, "could not deliver the report by the time it was due");
  }
}
