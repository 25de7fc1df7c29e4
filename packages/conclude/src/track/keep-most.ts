import type { Severity } from "@netchecker/contract";
import { SEVERITY_RANK } from "../by-severity.ts";
import type { Tracked } from "./findings-memory.ts";

/** So many findings are told of a round, with the one that counts all further ones. */
const MOST_TOLD = 200;
/** So many are remembered from round to round, those that are over included. */
const MOST_REMEMBERED = 1_000;

/** A finding over rounds, and what this round alone says of it; null where it does not show it. */
export interface Followed {
  readonly tracked: Tracked;
  readonly causeSeverity: Severity | null;
}

export interface Kept {
  /** In the order in which they are worth to be kept. */
  readonly kept: Tracked[];
  /** Those that are there now, and are more than can be remembered. */
  readonly dropped: Tracked[];
}

/**
 * The most that are remembered. The most severe go first, also where a finding has yet to stay to become an
 * alarm; of those alike the ones that were known go before new ones, in the order of `known`: who is told
 * of stays so from round to round while more come and go.
 */
export function keepMost(followed: readonly Followed[], known: readonly Tracked[]): Kept {
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
    kept: ranked.slice(0, MOST_REMEMBERED),
    dropped: ranked.slice(MOST_REMEMBERED).filter(({ finding }) => finding.state !== "recovered"),
  };
}

/** Of what is worth to be shown, in the order of `keepMost`: what is told, and what is there and only counted. */
export function tellMost(shown: readonly Tracked[]): { told: Tracked[]; further: Tracked[] } {
  const ranked = shown.toSorted(
    (a, b) =>
      SEVERITY_RANK[a.finding.severity] - SEVERITY_RANK[b.finding.severity] ||
      Number(a.finding.state === "recovered") - Number(b.finding.state === "recovered"),
  );
  return {
    told: ranked.slice(0, MOST_TOLD),
    further: ranked.slice(MOST_TOLD).filter(({ finding }) => finding.state !== "recovered"),
  };
}
