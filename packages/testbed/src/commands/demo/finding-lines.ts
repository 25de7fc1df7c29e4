import { type Finding, visible } from "@netchecker/contract";

const MARK = { critical: "!!", warning: "! ", info: "- " } as const;

/** Tells of findings, each when it comes, becomes an alarm, comes back or is over; not in every round anew. */
export class FindingLines {
  #told = new Map<string, string>();

  /** The lines for a round's findings that are not what was told last. */
  lines(findings: readonly Finding[]): string[] {
    const now = new Map(findings.map((finding) => [finding.id, wordOf(finding)]));
    const lines = findings
      .filter(({ id }) => now.get(id) !== this.#told.get(id))
      .map((finding) => visible(`${markOf(finding)} ${finding.summary}`));
    this.#told = now;
    return lines;
  }
}

const isOver = ({ state }: Finding) => state === "recovered";
const markOf = (finding: Finding) => (isOver(finding) ? "ok" : MARK[finding.severity]);

/** Its severity, and whether it is there: what is worth another line. */
const wordOf = (finding: Finding) => (isOver(finding) ? "over" : finding.severity);
