import {
  countFindings,
  type Finding,
  type RoundHead,
  type UnmeasuredReason,
  type Verdict,
  type VerdictWord,
} from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { FindingsMemory } from "../conclude.ts";
import { finish, type Steps } from "@netchecker/round/steps";
import { digits, plural } from "../say/phrases.ts";
import { countChecks, countUnmeasured } from "./count-checks.ts";
import { type FailureTrace, traceFailures } from "./failure-trace.ts";
import { isChance } from "./is-chance.ts";
import { isStale } from "./is-stale.ts";
import { isLeaving, sayPlannedAgents, startingAgents } from "./say-planned-agents.ts";

/** What the judgement of a round needs beside the round. */
export interface JudgementContext {
  readonly failures: FailureTrace;
  /** The failures of the two rounds before it, oldest first. */
  readonly failuresBefore: readonly FailureTrace[];
  /** The closed round before it; null if there was none. */
  readonly previous: RoundHead | null;
  readonly intervalMs: number;
}

/** {@link giveVerdictInSteps}, all steps at once. */
export function giveVerdict(
  round: ClosedRound,
  memory: FindingsMemory,
  context: Pick<JudgementContext, "previous" | "intervalMs">,
): { readonly round: ClosedRound; readonly memory: FindingsMemory } {
  return finish(giveVerdictInSteps(round, memory, context));
}

/**
 * Gives a concluded round its verdict, and adds the round's failures to the memory: the next two rounds are
 * judged with them. `previous` is the closed round before it. Pure.
 */
export function* giveVerdictInSteps(
  round: ClosedRound,
  memory: FindingsMemory,
  { previous, intervalMs }: Pick<JudgementContext, "previous" | "intervalMs">,
): Steps<{ readonly round: ClosedRound; readonly memory: FindingsMemory }> {
  const failures = yield* traceFailures(round);
  const failuresBefore = memory.recentFailures;
  const verdict = judgeRound(round, { failures, failuresBefore, previous, intervalMs });
  return {
    round: { ...round, head: { ...round.head, verdict } },
    memory: { ...memory, recentFailures: [...failuresBefore, failures].slice(-2) },
  };
}

/** The verdict of a closed round with its findings, as of its close. Pure. */
export function judgeRound(round: ClosedRound, context: JudgementContext): Verdict {
  const { verdict, sentence, reason = null } = judge(round, context);
  return { verdict, sentence, since: sinceOf(verdict, round.head, context), reason };
}

interface Judged {
  readonly verdict: VerdictWord;
  readonly sentence: string;
  readonly reason?: UnmeasuredReason;
}

function judge(round: ClosedRound, context: JudgementContext): Judged {
  return unmeasured(round) ?? failing(round) ?? degraded(round, context) ?? ok(round);
}

/** Not enough was measured: no agent reported, or too few did because of netchecker, Redis or a start. */
function unmeasured(round: ClosedRound): Judged | null {
  const { head, plan } = round;
  const { expected, reported, missing } = head;
  if (expected === 0)
    return {
      verdict: "unmeasured",
      reason: "no_nodes",
      sentence:
        "no node is known, so nobody was asked. Look at what the API server lists as nodes.",
    };
  if (reported === 0 && missing.every(({ why }) => why === "redis_away"))
    return {
      verdict: "unmeasured",
      reason: "agents_unheard",
      sentence: `Redis was away when ${plural(expected, "agent")} should have reported. Look at Redis.`,
    };
  if (reported === 0)
    return {
      verdict: "unmeasured",
      reason: "no_agent_reported",
      sentence: `none of ${plural(expected, "agent")} reported. Look at the ping pods, at Redis, and at what lies between them.`,
    };
  if (countChecks(round, "ok") + countChecks(round, "failed") === 0)
    return {
      verdict: "unmeasured",
      reason: "nothing_probed",
      sentence: `${plural(reported, "agent")} reported, and none had probed anything. Look at the ping pods' log and CPU, and whether there are pong pods at all.`,
    };
  const starting = startingAgents(round).length;
  const unheard = missing.filter(
    ({ why, planned }) => why === "redis_away" && planned === null,
  ).length;
  const due = plan.agents.filter(({ planned }) => !isLeaving(planned)).length;
  if ((starting + unheard) * 2 <= due) return null;
  const of = `${digits(reported)} of ${plural(due, "agent")} reported`;
  return unheard > starting
    ? {
        verdict: "unmeasured",
        reason: "agents_unheard",
        sentence: `only ${of}: Redis was away when ${digits(unheard)} should have. Look at Redis.`,
      }
    : {
        verdict: "unmeasured",
        reason: "agents_starting",
        sentence: `only ${of}: ${digits(starting)} are starting. Wait, or look at the ping pods.`,
      };
}

function failing(round: ClosedRound): Judged | null {
  const alarms = round.findings.filter((finding) => isCurrent(finding) && isAlarm(finding));
  const [worst] = alarms;
  if (!worst) return null;
  const critical = countFindings(alarms, "critical");
  const total = critical + countFindings(alarms, "warning");
  const count =
    critical === total
      ? plural(critical, "critical finding")
      : `${plural(total, "finding")}${critical > 0 ? `, ${digits(critical)} critical` : ""}`;
  return {
    verdict: "failing",
    sentence: `${[count, ...sayOnlyReported(round)].join("; ")}: ${firstSentence(worst.summary)}`,
  };
}

/** A check failed or an agent is missing, and no alarm says so (yet). */
function degraded(round: ClosedRound, context: JudgementContext): Judged | null {
  const { findings, head } = round;
  const failed = countChecks(round, "failed");
  const checks = countChecks(round, "total");
  const size = { checks, rows: head.expected, columns: columnsOf(round) };
  const problems: string[] = [];
  if (!isChance(context.failures, context.failuresBefore, size))
    problems.push(
      `${digits(failed)} of ${plural(checks, "check")} failed, and no alarm says why yet`,
    );
  const missing = head.missing.filter(({ planned }) => planned === null);
  if (missing.length > 0)
    problems.push(
      `${plural(missing.length, "agent")} did not report (${missing
        .slice(0, 3)
        .map(({ node }) => node)
        .join(", ")}${missing.length > 3 ? ", …" : ""})`,
    );
  const unmeasuredChecks = countUnmeasured(round);
  if (unmeasuredChecks > 0 && missing.length === 0)
    problems.push(`${plural(unmeasuredChecks, "check")} could not be measured`);
  const plannedWarning = findings.find(
    (finding) => isCurrent(finding) && finding.planned && finding.severity !== "info",
  );
  if (problems.length === 0 && !plannedWarning) return null;
  const leftOut = plannedWarning ? [plannedWarning.summary] : sayPlannedAgents(round);
  return { verdict: "degraded", sentence: endSentence([...problems, ...leftOut].join("; ")) };
}

function ok(round: ClosedRound): Judged {
  const failed = countChecks(round, "failed");
  const checks = countChecks(round, "total");
  const measured =
    failed === 0
      ? `all ${plural(checks - countChecks(round, "unknown"), "check")} ok`
      : `${digits(failed)} of ${plural(checks, "check")} failed, scattered`;
  return {
    verdict: "ok",
    sentence: endSentence([measured, ...sayPlannedAgents(round)].join("; ")),
  };
}

function isCurrent({ state }: Finding): boolean {
  return state !== "recovered";
}

/** Whether a finding may wake the operator. Planned findings never do. */
function isAlarm({ severity, planned }: Finding): boolean {
  return severity !== "info" && !planned;
}

/** A failing round says so if some agents did not report. */
function sayOnlyReported({ head, plan }: ClosedRound): string[] {
  const missing = head.missing.filter(({ planned }) => !isLeaving(planned));
  if (missing.length === 0) return [];
  const due = plan.agents.filter(({ planned }) => !isLeaving(planned)).length;
  return [`only ${digits(due - missing.length)} of ${plural(due, "agent")} reported`];
}

/** How many nodes and names a failure could have as its target. */
function columnsOf({ plan }: ClosedRound): number {
  const others = plan.targets.service.length + plan.targets.external.length;
  return plan.agents.length + others;
}

/** The part of a finding's summary that says what is wrong. The reader finds the rest in the finding itself. */
function firstSentence(summary: string): string {
  const end = summary.search(/\.(\s|$)/);
  return end === -1 ? summary : summary.slice(0, end + 1);
}

function endSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/**
 * Since when the verdict has been the same word. If the round before closed too long ago, nobody knows what
 * happened in between, and the verdict begins with this round.
 */
function sinceOf(
  verdict: VerdictWord,
  { finishedAt }: RoundHead,
  { previous, intervalMs }: JudgementContext,
): string {
  const before = previous?.verdict;
  const known = previous?.finishedAt && !isStale(previous, Date.parse(finishedAt!), intervalMs);
  return known && before?.verdict === verdict ? before.since : finishedAt!;
}
