import type { Result } from "@netchecker/contract";
import type { ServedRound } from "../services/watch-rounds.ts";
import type { HeardReports } from "../namespaces/report-tap.ts";

/** What a round's reports say of netchecker's collecting. */
export interface ReportCheck {
  /** Agents' rows that are not what the agent reported for this round. */
  readonly mixed: string[];
  /** Reports that were published in good time and are not in the round. */
  readonly lost: string[];
}

/** From publishing to collecting, generously: Redis and netchecker share two processors with all the rest. */
const ON_THE_WAY_MS = 500;

/** Latencies are kept in whole microseconds. */
const STORED_PRECISION_MS = 0.001;

/** Holds a round's rows against what its agents published for it. Pure. */
export function checkReports(
  { round, results }: Pick<ServedRound, "round" | "results">,
  heard: HeardReports,
): ReportCheck {
  const check: ReportCheck = { mixed: [], lost: [] };
  const startedAt = Date.parse(round.startedAt);
  const finishedAt = Date.parse(round.finishedAt ?? round.startedAt);
  if (heard.listeningSince === null || heard.listeningSince > startedAt) return check;
  const rowsOf = Map.groupBy(results, ({ from, type }) => `${from.pod} ${type}`);
  // Where Redis and netchecker forgot all at once, ids begin anew: an earlier round may have had this one's.
  const own = heard.reports.filter(({ publishedAt }) => publishedAt >= startedAt);
  const said = new Map(own.map((report) => [`${report.pod} ${report.type}`, report]));
  for (const [key, rows] of rowsOf) {
    const report = said.get(key);
    const measured = rows.some(({ ok }) => ok !== null);
    if (measured && !(report && isSame(rows, report.latencyMs)))
      check.mixed.push(`${key} in round ${round.id}`);
    if (!measured && report && report.publishedAt < finishedAt - ON_THE_WAY_MS)
      check.lost.push(`${key} in round ${round.id}`);
  }
  return check;
}

/** Latencies are as good as a fingerprint: three digits each, and each round has its own. */
function isSame(rows: readonly Result[], latencyMs: readonly number[]): boolean {
  const dialled = rows.filter(({ to }) => to.address !== null);
  return dialled.every(
    ({ latencyMs: shown }, index) =>
      Math.abs((shown ?? 0) - (latencyMs[index] ?? 0)) <= STORED_PRECISION_MS,
  );
}
