import { type Verdict, visible } from "@netchecker/contract";
import { duration } from "@netchecker/conclude/phrases";

/** The verdict as one line: the word, since when, and why. `now` is milliseconds since 1970. */
export function sayVerdict({ verdict, sentence, since }: Verdict, now: number): string {
  const lasted = duration(Math.max(0, now - Date.parse(since)));
  return visible(
    `${verdict.toUpperCase()} since ${clockTime(since, now)} (${lasted}): ${sentence}`,
  );
}

/** The time of day in UTC, preceded by the date if it is another day. */
function clockTime(time: string, now: number): string {
  const [date, clock] = time.split("T") as [string, string];
  const today = new Date(now).toISOString().startsWith(date);
  return `${today ? "" : `${date} `}${clock.slice(0, 8)}Z`;
}
