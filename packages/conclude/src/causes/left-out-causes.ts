import { LEFT_OUT_WORDS } from "@netchecker/round/left-out-words";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { Topology } from "../evidence/topology.ts";

/** More of a cluster, or of a zone, than this planned at once is worth a warning. */
const MOST_OF_ALL = 1 / 3;
const MOST_OF_ZONE = 1 / 2;
const MIN_LEFT_OUT_NODES = 2;

/** So many nodes planned to be away at once that little is left to judge: one warning that says why. */
export function leftOutCauses(evidence: Evidence, topology: Topology): Draft[] {
  const out = evidence.nodes.flatMap((_, n) => (LEFT_OUT_WORDS[whyOf(evidence, n)!] ? [n] : []));
  if (out.length < MIN_LEFT_OUT_NODES) return [];
  if (out.length > evidence.size * MOST_OF_ALL)
    return [leftOut(evidence, out, evidence.size, "nodes")];
  const zones = Map.groupBy(evidence.nodes.keys(), (n) => topology.zoneOf(n));
  zones.delete(null);
  return [...zones].flatMap(([zone, members]) => {
    const away = members.filter((n) => out.includes(n));
    return away.length >= MIN_LEFT_OUT_NODES && away.length > members.length * MOST_OF_ZONE
      ? [leftOut(evidence, away, members.length, `nodes of ${zone}`)]
      : [];
  });
}

const whyOf = (evidence: Evidence, n: number) => evidence.round.plan.agents[n]!.planned;

function leftOut(evidence: Evidence, out: readonly number[], of: number, what: string): Draft {
  const byReason = Map.groupBy(out, (n) => LEFT_OUT_WORDS[whyOf(evidence, n)!]!);
  const reasons = [...byReason].map(([reason, some]) => `${some.length} ${reason}`).join(", ");
  return draft("left-out", {
    nodes: out,
    severity: "warning",
    planned: true,
    failed: out.length,
    of,
    fact: `${out.length} of ${of} ${what} are left out: ${reasons}`,
  });
}
