import type { Cause, FindingKind, Severity } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { nextSteps } from "./next-steps.ts";
import { worstOf } from "../by-severity.ts";
import { sayCause } from "./say-cause.ts";
import { sayFurther } from "./say-further.ts";
import { sayWhere } from "./say-where.ts";
import type { Topology } from "../evidence/topology.ts";

const CRITICAL: ReadonlySet<FindingKind> = new Set([
  "node-down",
  "node-cut-off",
  "no-report",
  "pod-network",
  "partition",
  "cluster-ip",
]);
/** Critical if the cause affects all nodes. */
const CRITICAL_EVERYWHERE: ReadonlySet<FindingKind> = new Set([
  "dns",
  "dns-answer",
  "egress",
  "firewall",
  "mtu",
  "node-port",
]);

function severityOf(evidence: Evidence, cause: Draft): Severity {
  const { kind, severity, planned, nodes } = cause;
  if (planned) return severity ?? "info";
  if (kind === "prober-starved") return isBlind(evidence, cause) ? "warning" : "info";
  if (severity !== null) return severity;
  if (cause.more) return worstOf(cause.more);
  if (CRITICAL.has(kind)) return "critical";
  return nodes.length === 0 && CRITICAL_EVERYWHERE.has(kind) ? "critical" : "warning";
}

/**
 * Whether so many agents are starved that their failures cannot be told from real ones: more than two, and at least
 * half.
 */
function isBlind({ heardCount }: Evidence, { nodes, claim }: Draft): boolean {
  return claim.count > 0 && nodes.length > 2 && nodes.length * 2 >= heardCount;
}

/** Turns a draft into the cause that is shown. */
export function toCause(evidence: Evidence, topology: Topology, cause: Draft): Cause {
  const { claim } = cause;
  const named = (nodes: readonly number[]) => nodes.map((n) => evidence.nodes[n]!);
  const told = { ...cause, family: familyAlone(evidence, cause) };
  const where = sayWhere(evidence, topology, told);
  return {
    kind: cause.kind,
    severity: severityOf(evidence, cause),
    nodes: named(cause.nodes),
    peers: named(cause.peers),
    layer: cause.layer,
    direction: cause.direction,
    target: cause.target,
    candidates: [...cause.candidates],
    summary: cause.more ? sayFurther(cause.more) : sayCause(told, where),
    evidence: {
      explains: claim.count,
      ofFailures: cause.planned ? claim.count : evidence.failures,
      contradictedBy: cause.contradictedBy,
      examples: evidence.examples(claim),
    },
    planned: cause.planned,
    next: nextSteps(evidence, cause),
    ...(cause.more && { more: [...cause.more] }),
  };
}

/** In a cluster with two address families: the family of a cause that shows in one of them only, else null. */
function familyAlone(evidence: Evidence, { family, claim }: Draft): Draft["family"] {
  if (family !== null || evidence.scopes.length === 1) return family;
  if (claim.byFamily[4] > 0 && claim.byFamily[6] === 0) return 4;
  return claim.byFamily[6] > 0 && claim.byFamily[4] === 0 ? 6 : null;
}
