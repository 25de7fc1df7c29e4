import type { Severity } from "@netchecker/contract";
import { SEVERITY_RANK } from "../by-severity.ts";
import type { Tracked } from "./findings-memory.ts";

/** How many findings of a round are shown one by one. One more counts the others. */
const MAX_SHOWN = 200;
/** How many findings are remembered from round to round, including those that are over. */
const MAX_REMEMBERED = 1_000;

/** A followed finding, and its severity judged by this round alone; null if the round does not show it. */
export interface Followed {
  readonly tracked: Tracked;
  readonly causeSeverity: Severity | null;
}

export interface Kept {
  /** The most important first. */
  readonly kept: Tracked[];
  /** Findings that are not over, but too many to be remembered. */
  readonly dropped: Tracked[];
}

/**
 * Keeps the most important findings, up to the bound. The most severe go first, judged also by the severity
 * that a young finding will get if it stays. Among equals, known findings go before new ones, in the order of
 * `known`. So the findings that are shown stay the same from round to round while others come and go.
 */
export function boundRemembered(followed: readonly Followed[], known: readonly Tracked[]): Kept {
  const placeOf = new Map(known.map(({ finding }, index) => [finding.id, index]));
  const ranked = followed
    .map(({ tracked, causeSeverity }) => ({
      tracked,
      severity: Math.min(
        SEVERITY_RANK[tracked.finding.severity],
        SEVERITY_RANK[causeSeverity ?? "info"],
      ),
      unseen: Number(causeSeverity === null),
      place: placeOf.get(tracked.finding.id) ?? Number.MAX_SAFE_INTEGER,
    }))
    .toSorted(
      (a, b) =>
        a.severity - b.severity ||
        a.unseen - b.unseen ||
        a.place - b.place ||
        b.tracked.finding.evidence.explains - a.tracked.finding.evidence.explains,
    )
    .map(({ tracked }) => tracked);
  return {
    kept: ranked.slice(0, MAX_REMEMBERED),
    dropped: ranked.slice(MAX_REMEMBERED).filter(({ finding }) => finding.state !== "recovered"),
  };
}

/**
 * Divides the findings to show, in the order of `boundRemembered`: those shown one by one, and those that are only
 * counted.
 */
export function divideShown(all: readonly Tracked[]): { shown: Tracked[]; further: Tracked[] } {
  const ranked = all.toSorted(
    (a, b) =>
      SEVERITY_RANK[a.finding.severity] - SEVERITY_RANK[b.finding.severity] ||
      Number(a.finding.state === "recovered") - Number(b.finding.state === "recovered"),
  );
  return {
    shown: ranked.slice(0, MAX_SHOWN),
    further: ranked.slice(MAX_SHOWN).filter(({ finding }) => finding.state !== "recovered"),
  };
}
