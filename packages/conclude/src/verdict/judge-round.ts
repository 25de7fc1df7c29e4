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
import { checksOf, unmeasuredOf } from "./checks-of.ts";
import { type FailureTrace, traceFailures } from "./failure-trace.ts";
import { isChance } from "./is-chance.ts";
import { isStale } from "./is-stale.ts";
import { isLeaving, sayPlannedAgents, startingAgents } from "./say-planned-agents.ts";

/** What a round is judged with beside itself. */
export interface JudgedWith {
  /** Its own failures, and those of the two rounds before it, oldest first. */
  readonly failures: FailureTrace;
  readonly failuresBefore: readonly FailureTrace[];
  /** The closed round before it; null where there was none. */
  readonly previous: RoundHead | null;
  readonly intervalMs: number;
}

/** {@link giveVerdictInSteps} at one go. */
export function giveVerdict(
  round: ClosedRound,
  memory: FindingsMemory,
  judgedWith: Pick<JudgedWith, "previous" | "intervalMs">,
): { readonly round: ClosedRound; readonly memory: FindingsMemory } {
  return finish(giveVerdictInSteps(round, memory, judgedWith));
}

/**
 * A concluded round and what is remembered → the round with its verdict, and what is remembered with its
 * failures, beside which the next rounds are judged. `previous` is the closed round before it. Pure.
 */
export function* giveVerdictInSteps(
  round: ClosedRound,
  memory: FindingsMemory,
  { previous, intervalMs }: Pick<JudgedWith, "previous" | "intervalMs">,
): Steps<{ readonly round: ClosedRound; readonly memory: FindingsMemory }> {
  const failures = yield* traceFailures(round);
  const failuresBefore = memory.recentFailures;
  const verdict = judgeRound(round, { failures, failuresBefore, previous, intervalMs });
  return {
    round: { ...round, head: { ...round.head, verdict } },
    memory: { ...memory, recentFailures: [...failuresBefore, failures].slice(-2) },
  };
}

/** A closed round and its findings → what it comes to, as of its close. Pure. */
export function judgeRound(round: ClosedRound, judgedWith: JudgedWith): Verdict {
  const { verdict, sentence, reason = null } = wordOf(round, judgedWith);
  return { verdict, sentence, since: sinceOf(verdict, round.head, judgedWith), reason };
}

interface Judged {
  readonly verdict: VerdictWord;
  readonly sentence: string;
  readonly reason?: UnmeasuredReason;
}

function wordOf(round: ClosedRound, judgedWith: JudgedWith): Judged {
  return unmeasured(round) ?? failing(round) ?? degraded(round, judgedWith) ?? well(round);
}

/** Nobody could tell: no agent at all, or too few for a reason that lies with netchecker or Redis. */
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
  if (checksOf(round, "ok") + checksOf(round, "failed") === 0)
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
  const alarms = round.findings.filter((finding) => isThere(finding) && isAlarm(finding));
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
    sentence: `${[count, ...onlyReported(round)].join("; ")}: ${firstSentence(worst.summary)}`,
  };
}

/** Something failed or is missing, and no alarm says it (yet). */
function degraded(round: ClosedRound, judgedWith: JudgedWith): Judged | null {
  const { findings, head } = round;
  const failed = checksOf(round, "failed");
  const checks = checksOf(round, "total");
  const size = { checks, rows: head.expected, columns: columnsOf(round) };
  const what: string[] = [];
  if (!isChance(judgedWith.failures, judgedWith.failuresBefore, size))
    what.push(`${digits(failed)} of ${plural(checks, "check")} failed, and no alarm says why yet`);
  const missing = head.missing.filter(({ planned }) => planned === null);
  if (missing.length > 0)
    what.push(
      `${plural(missing.length, "agent")} did not report (${missing
        .slice(0, 3)
        .map(({ node }) => node)
        .join(", ")}${missing.length > 3 ? ", …" : ""})`,
    );
  const unmeasuredChecks = unmeasuredOf(round);
  if (unmeasuredChecks > 0 && missing.length === 0)
    what.push(`${plural(unmeasuredChecks, "check")} could not be measured`);
  const widely = findings.find(
    (finding) => isThere(finding) && finding.planned && finding.severity !== "info",
  );
  if (what.length === 0 && !widely) return null;
  const leftOut = widely ? [widely.summary] : sayPlannedAgents(round);
  return { verdict: "degraded", sentence: endSentence([...what, ...leftOut].join("; ")) };
}

function well(round: ClosedRound): Judged {
  const failed = checksOf(round, "failed");
  const checks = checksOf(round, "total");
  const measured =
    failed === 0
      ? `all ${plural(checks - checksOf(round, "unknown"), "check")} ok`
      : `${digits(failed)} of ${plural(checks, "check")} failed, scattered`;
  return {
    verdict: "ok",
    sentence: endSentence([measured, ...sayPlannedAgents(round)].join("; ")),
  };
}

function isThere({ state }: Finding): boolean {
  return state !== "recovered";
}

/** What the operator is to be woken by: nothing that was planned. */
function isAlarm({ severity, planned }: Finding): boolean {
  return severity !== "info" && !planned;
}

/** A failing round that few could measure says so. */
function onlyReported({ head, plan }: ClosedRound): string[] {
  const missing = head.missing.filter(({ planned }) => !isLeaving(planned));
  if (missing.length === 0) return [];
  const due = plan.agents.filter(({ planned }) => !isLeaving(planned)).length;
  return [`only ${digits(due - missing.length)} of ${plural(due, "agent")} reported`];
}

/** Nodes and names that a failure could have as its destination. */
function columnsOf({ plan }: ClosedRound): number {
  const others = plan.targets.service.length + plan.targets.external.length;
  return plan.agents.length + others;
}

/** What is wrong, without what to look at: the finding stands beside it. */
function firstSentence(summary: string): string {
  const end = summary.search(/\.(\s|$)/);
  return end === -1 ? summary : summary.slice(0, end + 1);
}

function endSentence(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

/**
 * Since when the word is the same: from the round before, unless that was so long ago that netchecker did not
 * know in between.
 */
function sinceOf(
  verdict: VerdictWord,
  { finishedAt }: RoundHead,
  { previous, intervalMs }: JudgedWith,
): string {
  const before = previous?.verdict;
  const known = previous?.finishedAt && !isStale(previous, Date.parse(finishedAt!), intervalMs);
  return known && before?.verdict === verdict ? before.since : finishedAt!;
}
