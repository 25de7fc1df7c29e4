import type { FindingKind } from "@netchecker/contract";
import { type Draft, draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import { MESH_CHECKS } from "../evidence/mesh-planes.ts";
import { COMING_BACK, NOTHING_RUNS } from "./node-drafts.ts";
import type { Though } from "../say/say-though.ts";
import type { Steps } from "@netchecker/round/steps";
import { peerCounts } from "../evidence/node-verdicts.ts";

/** Kinds that tell of their nodes what Kubernetes says of them. */
const TELL_READINESS: ReadonlySet<FindingKind> = new Set([
  "node-down",
  "node-cut-off",
  "not-ready",
  "pod-network",
  "firewall",
  "pong",
  "node-port",
]);

/**
 * What kubelet says of a runtime whose network is not ready, such as `container runtime network not ready:
 * NetworkReady=false reason:NetworkPluginNotReady …` (kubelet's runtime.go): pods that start get no network.
 */
const NO_NETWORK = /network not ready|NetworkReady=false|NetworkPluginNotReady|cni/i;

/**
 * Nodes that Kubernetes calls NotReady, though no fault of theirs was measured. Where the kubelet is not heard
 * of, its pods have no network to come, or its agent is away, it is an alarm; else it is told as info, for the
 * network works. What was found of its backend becomes a part of it.
 */
export function* notReadyCauses(evidence: Evidence, found: Draft[]): Steps<Draft[]> {
  // Where nobody reported, nothing speaks for a node or against it.
  if (evidence.heardCount === 0) return [];
  const told = new Set(
    found.filter(tellsReadiness).flatMap(({ nodes, peers }) => [...nodes, ...peers]),
  );
  const drafts: Draft[] = [];
  for (let n = 0; n < evidence.size; n += 1) {
    const says = evidence.kubernetes.notReady(n);
    if (!says || told.has(n) || evidence.round.plan.agents[n]!.planned !== null) continue;
    // Another cause keeps its agent from reporting.
    if (evidence.missing[n] !== null && evidence.absenceExplained[n]) continue;
    const absent = evidence.missing[n] !== null;
    if (absent && evidence.missing[n]!.why === "redis_away") continue;
    yield;
    evidence.absenceExplained[n] = true;
    const fact = JSON.stringify(thoughOf(evidence, n));
    const alarm = says.status === "Unknown" || absent || NO_NETWORK.test(says.message);
    drafts.push(
      draft("not-ready", {
        nodes: [n],
        layer: "node",
        severity: alarm ? null : "info",
        ...takeBackend(found, n),
        fact,
      }),
    );
  }
  return drafts;
}

/** Facts of what is undetermined that tell it as well. */
const TELL_TOO: ReadonlySet<string | null> = new Set(["host", NOTHING_RUNS, COMING_BACK]);

/** Its NodePort that has no backend, for its pods are not ready either: taken out of what was found. */
function takeBackend(found: Draft[], n: number): Partial<Draft> {
  const at = found.findIndex(
    ({ kind, nodes }) => kind === "service-backend" && nodes.length === 1 && nodes[0] === n,
  );
  if (at === -1) return {};
  const [{ claim, failed, of }] = found.splice(at, 1) as [Draft];
  return { claim, failed, of };
}

function tellsReadiness({ kind, planned, peers, candidates, fact }: Draft): boolean {
  if (planned) return false;
  // Groups that fell silent.
  if (peers.length > 0) return kind === "partition" && candidates.includes("node-down");
  return TELL_READINESS.has(kind) || (kind === "undetermined" && TELL_TOO.has(fact));
}

/** What was measured of it, which its network is not to blame for. */
function thoughOf(evidence: Evidence, n: number): Though {
  const answers = MESH_CHECKS.filter((check) => {
    const { failed, of } = peerCounts(evidence, evidence.scopes[0]!.planes[check], "in", n);
    return of > 0 && failed === 0;
  });
  const missing = evidence.missing[n];
  if (!missing) return { answers, agent: null, detail: null };
  const silent = missing.why === "silent" || missing.why === "unreachable";
  return {
    answers,
    agent: silent ? "silent" : "none",
    detail: silent ? null : missing.detail,
  };
}
