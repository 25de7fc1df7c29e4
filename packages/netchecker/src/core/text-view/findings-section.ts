import type { Finding } from "@netchecker/contract";
import { digits, duration, plural } from "@netchecker/conclude/phrases";

const MAX_FINDINGS = 12;
const MARK = { critical: "!!", warning: "! ", info: "- " } as const;

/**
 * The findings, each with its duration, its evidence and the commands to run next. `now` is milliseconds since 1970.
 */
export function findingsSection(findings: readonly Finding[], now: number): string[] {
  if (findings.length === 0) return [];
  const more = findings.slice(MAX_FINDINGS).reduce((sum, each) => sum + countOf(each), 0);
  return [
    "Findings",
    ...findings.slice(0, MAX_FINDINGS).flatMap((finding) => describe(finding, now)),
    ...(more > 0 ? [`   … and ${digits(more)} more: see /findings`] : []),
  ];
}

/** The `more` finding stands for many findings that are not shown one by one. */
function countOf({ more }: Finding): number {
  return more?.reduce((sum, { count }) => sum + count, 0) ?? 1;
}

function describe(finding: Finding, now: number): string[] {
  const { severity, summary, state, planned, next, changes } = finding;
  const since = `round ${finding.since.round}, ${ago(finding.since.at, now)}`;
  if (state === "recovered")
    return [
      `ok ${summary}`,
      `   recovered; it lasted ${plural(finding.rounds, "round")}, from ${since}, to round ${finding.lastSeen.round}`,
    ];
  const { explains, ofFailures } = finding.evidence;
  return [
    `${MARK[severity]} ${summary}`,
    `   ${[
      planned ? `${severity}, planned` : severity,
      `${state} since ${since} (${plural(finding.rounds, "round")}${flaps(finding)})`,
      ...(ofFailures > 0 ? [`explains ${explains} of ${plural(ofFailures, "failure")}`] : []),
    ].join("; ")}`,
    ...changes.map((change) => `   before it: ${change}`),
    ...(planned ? [] : next.map((command) => `   $ ${command}`)),
  ];
}

const flaps = ({ flaps: count }: Finding) =>
  count > 0 ? `, came back ${plural(count, "time")}` : "";

const ago = (at: string, now: number) => `${duration(Math.max(0, now - Date.parse(at)))} ago`;
