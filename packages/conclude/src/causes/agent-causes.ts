import type { MissingAgent } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";

/** Agents that said nothing, where no other cause keeps them from it. */
export function agentCauses(evidence: Evidence): Draft[] {
  const causes = evidence.missing.flatMap((missing, n) =>
    missing === null || evidence.absenceExplained[n] ? [] : [absence(n, missing)],
  );
  const nobody = noReport(evidence);
  if (nobody) return [nobody, ...causes.filter(({ planned }) => planned)];
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
  return draft("agent-missing", { ...common, layer: "process", fact: planned ?? detail ?? why });
}

/** That no agent reported is one finding, not one for each: nothing was measured, and that is what to mend. */
function noReport(evidence: Evidence): Draft | null {
  const { reported, missing } = evidence.round.head;
  const unplanned = missing.filter(({ planned }) => planned === null);
  if (reported > 0 || unplanned.length === 0) return null;
  if (missing.some(({ why }) => why === "redis_away")) return null;
  const silent = unplanned.filter(({ why }) => why === "silent" || why === "unreachable");
  const without = unplanned.length - silent.length;
  const mostlySilent = silent.length >= without;
  const detail = unplanned.find((each) => each.detail !== null)?.detail;
  const facts = [
    silent.length > 0 ? `${silent.length} said nothing` : null,
    without > 0
      ? `${without} ${without === 1 ? "has" : "have"} no ready ping pod${detail ? ` (${detail})` : ""}`
      : null,
  ];
  return draft("no-report", {
    layer: mostlySilent ? "reporting" : "process",
    failed: unplanned.length,
    of: missing.length,
    fact: facts.filter((fact) => fact !== null).join(", "),
  });
}
