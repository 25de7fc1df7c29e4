import { type Verdict, VERDICTS } from "@netchecker/contract";
import { gauge, type MetricFamily } from "@netchecker/contract/metrics";

/** The verdict of now as series: one for each word, and one for the reason if it is unmeasured. Pure. */
export function verdictGauges({ verdict, reason }: Verdict): MetricFamily[] {
  return [
    gauge(
      "netchecker_verdict",
      "What netchecker knows of the network now: exactly one of the four is 1. One that stands by has none.",
      VERDICTS.map((word) => ({ labels: { verdict: word }, value: Number(word === verdict) })),
    ),
    gauge(
      "netchecker_unmeasured",
      "1 for the reason why netchecker cannot know; no series while it does.",
      reason === null ? [] : [{ labels: { reason }, value: 1 }],
    ),
  ];
}
