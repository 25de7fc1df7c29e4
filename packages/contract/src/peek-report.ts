import type { Report } from "./report.ts";

/** What a report says of itself before its columns. */
export interface ReportHead extends Pick<Report, "round" | "list"> {
  readonly type: string;
  readonly pod: string;
  readonly node: string;
}

/** The order in which `JSON.stringify` writes what buildReport makes, in all versions of ping. */
const HEAD =
  /^\{"v":1,"type":"([a-z]{3,8})","round":([1-9]\d{0,15}),"list":"([\w-]{1,64})","agent":\{"pod":"([a-z0-9.-]{1,253})","node":"([a-z0-9.-]{1,253})",/;

/**
 * Who wrote a report and for which round, without parsing it; null where it does not begin like one. Most
 * of what does not belong into a round can so be dropped at the price of a glance.
 */
export function peekReport(text: string): ReportHead | null {
  const [, type, round, list, pod, node] = HEAD.exec(text) ?? [];
  if (!type || !list || !pod || !node) return null;
  return { type, round: Number(round), list, pod, node };
}
