import type { Check } from "@netchecker/contract";
import { Claim } from "../evidence/claim.ts";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { claimTargets, isEverywhere, sourceTallies } from "../evidence/source-tallies.ts";
import { listNames } from "../say/phrases.ts";
import { MOST_ALONE } from "./per-source.ts";
import { sayCheckFailed } from "./say-check-failed.ts";

/** Where a check of targets that are no nodes fails: targets that hardly any node reaches, then nodes. */
export function otherSourceCauses(
  evidence: Evidence,
  type: "service" | "external",
  check: Check,
  targets: readonly number[],
): Draft[] {
  const dead = targets.filter((target) => {
    const tallies = sourceTallies(evidence, type, [target]);
    return isEverywhere(tallies.filter(({ failed }) => failed > 0).length, tallies.length);
  });
  const make = (some: readonly number[], sources: readonly number[], isAll: boolean): Draft => {
    const claim = new Claim();
    claimTargets(evidence, claim, type, some, sources);
    const where = { nodes: isAll ? [] : sources, direction: "out" as const };
    const names = some.map((target) => evidence.round.plan.targets[type][target]!.name ?? "?");
    return draft("check-failed", {
      ...where,
      layer: type,
      target: check,
      claim,
      failed: claim.count,
      of: claim.count,
      places: isAll ? null : evidence.size,
      say: sayCheckFailed(check, where, listNames(names)),
    });
  };
  const everywhere = dead.length === 0 ? [] : [make(dead, [...evidence.nodes.keys()], true)];
  const failing = sourceTallies(evidence, type, targets)
    .filter(({ failed }) => failed > 0)
    .map(({ n }) => n);
  const groups = failing.length > MOST_ALONE ? [failing] : failing.map((n) => [n]);
  return [...everywhere, ...groups.map((sources) => make(targets, sources, false))];
}
