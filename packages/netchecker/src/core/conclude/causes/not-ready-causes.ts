import type { FindingKind } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import { draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";
import type { MeshCheck } from "../evidence/mesh-planes.ts";
import { COMING_BACK, NOTHING_RUNS } from "./node-drafts.ts";
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
 * network works.
 */
export function notReadyCauses(evidence: Evidence, found: readonly Draft[]): Draft[] {
  // Where nobody reported, nothing speaks for a node or against it.
  if (evidence.heardCount === 0) return [];
  const told = new Set(
    found.filter(tellsReadiness).flatMap(({ nodes, peers }) => [...nodes, ...peers]),
  );
  return evidence.nodes.flatMap((_, n) => {
    const says = evidence.kubernetes.notReady(n);
    if (!says || told.has(n) || evidence.round.plan.agents[n]!.planned !== null) return [];
    // Another cause keeps its agent from reporting.
    if (evidence.missing[n] !== null && evidence.absenceExplained[n]) return [];
    const absent = evidence.missing[n] !== null;
    if (absent && evidence.missing[n]!.why === "redis_away") return [];
    evidence.absenceExplained[n] = true;
    const alarm = says.status === "Unknown" || absent || NO_NETWORK.test(says.message);
    return [
      draft("not-ready", {
        nodes: [n],
        layer: "node",
        severity: alarm ? null : "info",
        fact: [answering(evidence, n), absent ? absenceOf(evidence, n) : ""]
          .filter((part) => part !== "")
          .join(", and "),
      }),
    ];
  });
}

/** Facts of what is undetermined that tell it as well. */
const TELL_TOO: ReadonlySet<string | null> = new Set(["host", NOTHING_RUNS, COMING_BACK]);

function tellsReadiness({ kind, planned, peers, candidates, fact }: Draft): boolean {
  if (planned) return false;
  // Groups that fell silent.
  if (peers.length > 0) return kind === "partition" && candidates.includes("node-down");
  return TELL_READINESS.has(kind) || (kind === "undetermined" && TELL_TOO.has(fact));
}

const WORDS: Readonly<Record<MeshCheck, string>> = {
  tcp: "its kubelet's port",
  nodeport: "its NodePort",
  echo: "its pong",
};

/** What of a node answers whoever asks: `its kubelet's port and its pong answer`; empty where nothing does. */
function answering(evidence: Evidence, n: number): string {
  const parts = (["tcp", "nodeport", "echo"] as const).flatMap((check) => {
    const { failed, of } = peerCounts(evidence, evidence.scopes[0]!.planes[check], "in", n);
    return of > 0 && failed === 0 ? [WORDS[check]] : [];
  });
  if (parts.length === 0) return "";
  const listed =
    parts.length === 1 ? parts[0]! : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
  return `${listed} ${parts.length === 1 ? "answers" : "answer"}`;
}

function absenceOf(evidence: Evidence, n: number): string {
  const { why, detail } = evidence.missing[n]!;
  if (why === "silent" || why === "unreachable") return "its agent did not report";
  return `it has no ping pod that could report${detail ? ` (${detail})` : ""}`;
}
