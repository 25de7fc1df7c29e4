import type { Cause, EvidenceExample } from "@netchecker/contract";
import { isOther } from "../evidence/named-checks.ts";
import type { FindingsMemory } from "./findings-memory.ts";
import { addMark, countPresent, roundsNeeded } from "./marks.ts";

/**
 * A filter between the pods of two nodes fails a single probe in a round, and so does a lost packet. Only the
 * filter fails the same probe again in the next rounds.
 */
export function loneFailures(
  memory: Pick<FindingsMemory, "lone" | "noise">,
  causes: readonly Cause[],
  nodes: number,
): { readonly lone: Record<string, string>; readonly staying: Cause[] } {
  const unexplained = causes.find(({ kind }) => kind === "unexplained");
  const failed = new Map(
    unexplained?.evidence.examples
      .filter(({ check }) => check === "echo" || isOther(check))
      .map((example) => [keyOf(example), example]),
  );
  const lone: Record<string, string> = {};
  for (const key of new Set([...Object.keys(memory.lone), ...failed.keys()])) {
    const marks = addMark(memory.lone[key] ?? "", failed.has(key) ? "1" : "0");
    if (marks.includes("1")) lone[key] = marks.slice(-5);
  }
  const staying = [...failed].flatMap(([key, example]) => {
    const rounds = countPresent(lone[key]!, 5);
    // The failures of this very pair must not count as noise.
    const noise = { ...memory.noise, failed: Math.max(0, memory.noise.failed - rounds) };
    return rounds >= roundsNeeded(noise, nodes ** 2) ? [routeOf(example, unexplained!)] : [];
  });
  return { lone, staying };
}

/** The key of a check that a rule names has no check in it: stored memories have it so. */
function keyOf({ from, to, check }: EvidenceExample): string {
  return isOther(check) ? `${from} ${to} ${check}` : `${from} ${to}`;
}

function routeOf(example: EvidenceExample, { next, evidence }: Cause): Cause {
  const { from, to, reason, check } = example;
  const route: Cause = {
    kind: "route",
    severity: "warning",
    nodes: [from],
    peers: [to],
    layer: "pod-network",
    direction: "out",
    target: null,
    candidates: ["packet-loss"],
    summary: `${from} → ${to}: connections between pods fail in every round (${reason}); the way back and all others work. Look at the route and the filters from ${from} to ${to}.`,
    evidence: { ...evidence, explains: 1, examples: [example] },
    planned: false,
    next,
  };
  if (!isOther(check)) return route;
  return {
    ...route,
    kind: "check-failed",
    layer: null,
    target: check,
    summary: `${from} → ${to}: the check ${check} fails in every round (${reason}); no other finding explains it. Look at what this check needs and the others do not.`,
  };
}
