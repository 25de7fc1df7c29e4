import type { Finding, Mesh, RoundHead, State, Summary, VerdictWord } from "@netchecker/contract";
import { lasted } from "./age.ts";
import type { Connection } from "./connection.ts";
import { count, digits } from "./phrases.ts";

/** How strongly a first line is shown. `neutral` claims nothing. */
export type Look = VerdictWord | "neutral";

/** The one line above everything. */
export interface FirstLine {
  readonly look: Look;
  /** The round that it is about. Null if it is about now. */
  readonly of: string | null;
  readonly word: string;
  /** Why, how much, and what to do. */
  readonly sentence: string;
  /** The same without a ticking time, for screen readers. Only set if the sentence ticks. */
  readonly spoken?: string;
  /** How long this has been the case: `for 12 min`. */
  readonly age: string | null;
  /** The verdict that was known before. */
  readonly before: string | null;
}

const WORDS = {
  ok: "OK",
  degraded: "Degraded",
  failing: "Failing",
  unmeasured: "Unmeasured",
} as const satisfies Record<VerdictWord, string>;

/** A verdict's word as it is written inside a sentence and in the page's title. */
export const sayVerdict = (word: VerdictWord): string => WORDS[word].toLowerCase();

/**
 * The line for the newest round. It is netchecker's verdict of now, or it says that the page itself
 * does not know, which looks as urgent as unmeasured. `now` is netchecker's clock, in milliseconds
 * since 1970.
 */
export function lineOfNow(state: State | null, connection: Connection, now: number): FirstLine {
  if (connection.is === "lost")
    return unknown({
      sentence: `netchecker has not answered for ${lasted(now - connection.since)}: ${connection.why}`,
      spoken: `netchecker does not answer: ${connection.why}`,
      age: null,
      before: lastKnown(state, now),
    });
  if (connection.is === "standing-by")
    return unknown({
      sentence: connection.why,
      age: `for ${lasted(now - connection.since)}`,
      before: lastKnown(state, now),
    });
  if (!state) return neutral(null, "Not known yet", "The page is asking netchecker how it is now.");
  const { verdict, sentence, since } = state.verdict;
  return {
    look: verdict,
    of: null,
    word: WORDS[verdict],
    sentence,
    age: `for ${lasted(now - Date.parse(since))}`,
    before: null,
  };
}

/**
 * The line for a past round: its own verdict, from its close. `mesh` is what the page has loaded,
 * which may be another round.
 */
export function lineOfRound(id: number, mesh: Mesh | null): FirstLine {
  const of = `Round ${id}, as of its close`;
  if (mesh?.round.id !== id) return neutral(of, "Not here yet", "The page has not got this round.");
  const { round, summary, findings } = mesh;
  if (!round.verdict)
    return neutral(
      of,
      "No verdict",
      `An older version stored this round, and rounds had no verdict then. ${sayContent(round, summary, findings)}`,
    );
  const { verdict, sentence, since } = round.verdict;
  const closed = Date.parse(round.finishedAt ?? round.startedAt);
  const ms = closed - Date.parse(since);
  return {
    look: verdict,
    of,
    word: WORDS[verdict],
    sentence,
    age: ms < 1_000 ? "since this round" : `for ${lasted(ms)} when it closed`,
    before: null,
  };
}

/**
 * Why the round below does not show the current state. Null if it does, or if no round is below.
 * `line` is the line of now.
 */
export function sayShownIsOld(line: FirstLine, round: RoundHead, now: number): string | null {
  if (line.look !== "unmeasured") return null;
  const closed = lasted(now - Date.parse(round.finishedAt ?? round.startedAt));
  const shown = `Shown below: round ${round.id}, which closed ${closed} ago`;
  return round.verdict?.verdict === "unmeasured"
    ? `${shown}; it measured too little to tell how the network is.`
    : `${shown}; it says nothing of now.`;
}

/** The title of the page and of its tab. The word comes first, because tabs are narrow. */
export function titleOf({ word, of }: FirstLine): string {
  const round = of === null ? "" : `${of.split(",")[0]!.toLowerCase()}: `;
  return `${round}${word.toLowerCase()} – netChecker`;
}

function unknown(told: Omit<FirstLine, "look" | "of" | "word">): FirstLine {
  return { look: "unmeasured", of: null, word: "Not known", ...told };
}

function neutral(of: string | null, word: string, sentence: string): FirstLine {
  return { look: "neutral", of, word, sentence, age: null, before: null };
}

function lastKnown(state: State | null, now: number): string | null {
  if (!state) return null;
  const { verdict, sentence } = state.verdict;
  return `Last known, ${lasted(now - Date.parse(state.now))} ago: ${sayVerdict(verdict)}: ${sentence}`;
}

/** The counts and findings of a round that has no verdict. */
function sayContent(
  { expected, reported }: RoundHead,
  summary: Summary,
  findings: readonly Finding[],
): string {
  const counts = Object.values(summary);
  const sum = (of: "total" | "ok" | "failed" | "unknown") =>
    counts.reduce((all, each) => all + each[of], 0);
  const alarms = findings.filter(
    ({ state, severity }) => state !== "recovered" && severity !== "info",
  );
  const critical = alarms.filter(({ severity }) => severity === "critical").length;
  const parts = [
    `${digits(sum("ok"))} of ${count(sum("total"), "check")} ok`,
    sum("failed") > 0 ? `${digits(sum("failed"))} failed` : "",
    sum("unknown") > 0 ? `${digits(sum("unknown"))} not measured` : "",
    `${digits(reported)} of ${count(expected, "agent")} reported`,
    alarms.length === 0
      ? "no alarm"
      : `${count(alarms.length, "alarm")}${critical > 0 ? `, ${digits(critical)} of them critical` : ""}`,
  ];
  return `${parts.filter(Boolean).join("; ")}.`;
}
