import type { Counts, Finding, RoundHead, Summary } from "@netchecker/contract";
import { count, digits } from "./phrases.ts";

/** What a round comes to, in a sentence. `well` is said only where everything was measured. */
export interface Verdict {
  readonly tone: "broken" | "failing" | "unmeasured" | "well";
  readonly headline: string;
  readonly detail: string;
}

/** A round → its verdict. Findings before failures, failures before gaps, gaps before "well". */
export function verdictOf(
  head: RoundHead,
  summary: Summary,
  findings: readonly Finding[],
): Verdict {
  const all = sum(Object.values(summary));
  const active = findings.filter(({ state }) => state !== "recovered");
  const alarms = active.filter(({ severity }) => severity !== "info");
  const critical = alarms.filter(({ severity }) => severity === "critical").length;
  const detail = sayMeasured(head, all);
  if (alarms.length > 0) {
    const what = critical > 0 ? `, ${critical} critical` : "";
    return { tone: "broken", headline: `${count(alarms.length, "finding")}${what}`, detail };
  }
  if (all.failed > 0) {
    const failed = count(all.failed, "check");
    return { tone: "failing", headline: `${failed} failed, no alarm`, detail };
  }
  const gaps = head.missing.filter(({ planned }) => planned === null).length;
  if (all.unknown > 0 || gaps > 0 || all.total === 0)
    return {
      tone: "unmeasured",
      headline:
        all.ok === 0 ? "Nothing was measured" : "No failure, but not everything was measured",
      detail,
    };
  return { tone: "well", headline: "All is well", detail };
}

function sayMeasured({ expected, reported }: RoundHead, all: Counts): string {
  return [
    `${digits(all.ok)} of ${count(all.total, "check")} ok`,
    `${reported} of ${count(expected, "agent")} reported`,
  ].join(", ");
}

/** Counts of all types together. */
function sum(counts: readonly Counts[]): Counts {
  const total = { total: 0, ok: 0, failed: 0, unknown: 0, planned: 0 };
  for (const each of counts)
    for (const key of ["total", "ok", "failed", "unknown", "planned"] as const)
      total[key] += each[key];
  return total;
}
