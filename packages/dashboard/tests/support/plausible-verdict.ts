import type { Finding, Verdict } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/netchecker/src/core/closed-round.ts";

/** A verdict as netchecker could give it: enough to look at, not the rules themselves. `before` is that of the round before. */
export function plausibleVerdict(
  { head, summary }: ClosedRound,
  findings: readonly Finding[],
  before: Verdict | null,
): Verdict {
  const counts = Object.values(summary);
  const sum = (of: "total" | "failed" | "unknown" | "planned") =>
    counts.reduce((all, each) => all + each[of], 0);
  const [alarm, ...others] = findings.filter(
    ({ state, severity }) => state !== "recovered" && severity !== "info",
  );
  const checks = `${sum("failed")} of ${sum("total")} checks failed`;
  const told = ((): Omit<Verdict, "since"> => {
    if (head.expected > 0 && head.reported === 0)
      return {
        verdict: "unmeasured",
        sentence: `none of ${head.expected} agents reported.`,
        reason: "no_agent_reported",
      };
    const more = others.length > 0 ? ` ${others.length} more alarms.` : "";
    if (alarm) return { verdict: "failing", sentence: alarm.summary + more, reason: null };
    if (sum("failed") + sum("unknown") > 0)
      return {
        verdict: "degraded",
        sentence: `${checks}, ${sum("unknown")} were not measured; no alarm says why yet.`,
        reason: null,
      };
    const planned = sum("planned") > 0 ? `; ${sum("planned")} are left out: planned` : "";
    return { verdict: "ok", sentence: `all ${sum("total")} checks ok${planned}.`, reason: null };
  })();
  return { ...told, since: before?.verdict === told.verdict ? before.since : head.finishedAt! };
}
