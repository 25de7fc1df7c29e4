import type { Finding } from "@netchecker/contract";
import type { Log } from "@netchecker/runtime/log";
import type { ClosedRound } from "@netchecker/round/closed-round";
import type { ChangedFindings } from "@netchecker/conclude";

/** The bound for finding lines per round. One more line counts the other changes. */
const MAX_FINDING_LINES = 20;
/** How many nodes, or missing agents, a line names. */
const MAX_NAMES = 20;

/** Logs in one line how a round went. */
export function logClosedRound(log: Log, { head, summary }: ClosedRound): void {
  const { id, closedBy, durationMs, expected, reported } = head;
  const missing = head.missing.slice(0, MAX_NAMES);
  const moreMissing = head.missing.length - missing.length;
  const more = moreMissing > 0 && { moreMissing };
  log.info(
    { round: id, closedBy, durationMs, expected, reported, missing, ...more, summary },
    "closed a round",
  );
}

/** Logs a line for each finding whose state has changed, the most severe first. */
export function logFindings(
  log: Log,
  round: number,
  findings: readonly Finding[],
  changed: ChangedFindings,
): void {
  const lists = Object.entries(changed) as [string, readonly string[]][];
  const left = new Map(lists.flatMap(([what, ids]) => ids.map((each) => [each, what])));
  let lines = 0;
  for (const { id, kind, severity, nodes, summary } of findings) {
    const what = left.get(id);
    if (what === undefined) continue;
    if (lines === MAX_FINDING_LINES) break;
    const level = what === "recovered" || severity === "info" ? "info" : "warn";
    const some = nodes.slice(0, MAX_NAMES);
    const moreNodes = nodes.length - some.length;
    log[level](
      {
        round,
        finding: id,
        kind,
        severity,
        nodes: some,
        ...(moreNodes > 0 && { moreNodes }),
        summary,
      },
      `finding ${what}`,
    );
    left.delete(id);
    lines += 1;
  }
  if (left.size === 0) return;
  const more: Record<string, number> = {};
  for (const what of left.values()) more[what] = (more[what] ?? 0) + 1;
  log.warn({ round, more }, `and ${left.size} more findings changed: see /findings`);
}
