import type { Cause } from "@netchecker/contract";
import { formatForm } from "@netchecker/simulator/expectation";
import { idOf, type Scenario } from "@netchecker/simulator/scenario";
import { isExact, judge, type RoundVerdict } from "./verdict.ts";

/** One draw in full: the cluster, what was broken, what was to be found, and what was. */
export function explain(scenario: Scenario): string {
  const { world, seed, causes, loss, expected, tolerated } = scenario;
  const { cluster } = world;
  const nameOf = (node: number) => cluster.nodes[node]!.name;
  const verdict = judge(scenario);
  return [
    `seed ${seed}: ${causes.map(idOf).join(", ")}`,
    `${cluster.nodes.length} nodes, ${cluster.zones} zones, ${cluster.pools} pools${cluster.labelled ? "" : ", without labels"}; Redis on ${nameOf(cluster.redisNode)}, netchecker on ${nameOf(cluster.netcheckerNode)}, DNS on ${cluster.dnsNodes.map(nameOf).join(" and ")}`,
    `outside: ${cluster.externals.join(", ") || "nothing"}; ${(100 * loss).toFixed(3)} % of probes are lost to chance`,
    "",
    "expected",
    ...expected.map(({ forms }) => `  ${forms.map(formatForm).join("\n    or ")}`),
    ...tolerated.slice(0, 3).map((form) => `  right, if found: ${formatForm(form)}`),
    ...verdict.rounds.flatMap(explainRound),
    "",
    isExact(verdict)
      ? "Exactly these, in two of three rounds or more."
      : `Missed: ${verdict.missed.map(({ forms }) => formatForm(forms[0])).join("; ") || "nothing"}. Extra: ${verdict.extra.map(formatForm).join("; ") || "nothing"}.`,
  ].join("\n");
}

function explainRound({ round, found }: RoundVerdict): string[] {
  const { head, summary } = round;
  const failed = Object.entries(summary).map(([type, counts]) => `${type} ${counts.failed}`);
  const missing = head.missing.map(({ node, why, planned }) => `${node} ${planned ?? why}`);
  return [
    "",
    `round ${head.id}: ${failed.join(", ")} failed; missing: ${missing.slice(0, 6).join(", ") || "nobody"}${missing.length > 6 ? ` and ${missing.length - 6} more` : ""}`,
    ...found.map(explainCause),
  ];
}

function explainCause(cause: Cause): string {
  const { severity, planned, candidates, summary, evidence } = cause;
  const { explains, ofFailures, contradictedBy, examples } = evidence;
  const instead = candidates.length === 0 ? "" : ` (or ${candidates.join(", ")})`;
  return [
    `  ${planned ? "planned" : severity}: ${formatForm(cause)}${instead}`,
    `    ${summary}`,
    `    explains ${explains} of ${ofFailures}, ${contradictedBy} against; ${examples.map(({ from, to, check, reason }) => `${from} → ${to} ${check} ${reason}`).join("; ")}`,
  ].join("\n");
}
