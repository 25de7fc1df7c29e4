import type { Report } from "./report.ts";

/** The fields of a report that come before its columns. */
export interface ReportHead extends Pick<Report, "round" | "list"> {
  readonly type: string;
  readonly pod: string;
  readonly node: string;
}

/** `JSON.stringify` writes the fields of a report in this order, in all versions of ping. */
const HEAD =
  /^\{"v":1,"type":"([a-z]{3,8})","round":([1-9]\d{0,15}),"list":"([\w-]{1,64})","agent":\{"pod":"([a-z0-9.-]{1,253})","node":"([a-z0-9.-]{1,253})",/;

/**
 * Reads who wrote a report and for which round, without parsing it. Null if the text does not begin
 * like a report. With this, netchecker can drop most unwanted messages at almost no cost.
 */
export function peekReport(text: string): ReportHead | null {
  const [, type, round, list, pod, node] = HEAD.exec(text) ?? [];
  if (!type || !list || !pod || !node) return null;
  return { type, round: Number(round), list, pod, node };
}
