import type { MissingAgent } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** Agents that said nothing, where no other cause keeps them from it. */
export function agentCauses(evidence: Evidence): Draft[] {
  const causes = evidence.missing.flatMap((missing, n) =>
    missing === null || evidence.absenceExplained[n] ? [] : [absence(n, missing)],
  );
  const away = causes.filter(({ fact }) => fact === "redis_away");
  if (away.length === 0) return causes;
  const blind = draft("undetermined", {
    layer: "reporting",
    severity: "info",
    failed: away.length,
    of: evidence.size,
    fact: "redis_away",
  });
  return [...causes.filter(({ fact }) => fact !== "redis_away"), blind];
}

function absence(n: number, { why, detail, planned }: MissingAgent): Draft {
  const common = { nodes: [n], planned: planned !== null };
  if (why === "redis_away") return draft("agent-silent", { ...common, fact: "redis_away" });
  if (why === "silent" || why === "unreachable")
    return draft("agent-silent", {
      ...common,
      layer: "reporting",
      candidates: ["cluster-ip", "dns"],
    });
  return draft("agent-missing", { ...common, layer: "process", fact: detail ?? why });
}
