import { type Check, type FindingKind, probeByHand } from "@netchecker/contract";
import type { Draft } from "../evidence/draft.ts";
import type { Evidence } from "../evidence/evidence.ts";

const POD_NETWORK: ReadonlySet<FindingKind> = new Set([
  "pod-network",
  "mtu",
  "firewall",
  "route",
  "wrong-answerer",
]);

/** Commands for the operator to run next, most useful first. They fit the manifests in deploy/. */
export function nextSteps(evidence: Evidence, cause: Draft): string[] {
  const node = cause.nodes.length > 0 ? evidence.nodes[cause.nodes[0]!]! : null;
  return [...new Set([...byKind(evidence, cause, node), ...probes(evidence, cause)])];
}

function byKind(evidence: Evidence, cause: Draft, node: string | null): string[] {
  const { kind, nodes, layer, candidates } = cause;
  const pod = nodes.length > 0 ? evidence.round.plan.agents[nodes[0]!]!.pod : null;
  switch (kind) {
    case "no-report":
      return [
        "kubectl -n netchecker get pods -o wide",
        "kubectl -n netchecker logs -l name=ping --tail=5 --prefix",
      ];
    case "partition":
      // Shows which nodes are NotReady and in which zone they are.
      return layer === "node" && candidates.includes("node-down")
        ? ["kubectl get nodes -o wide -L topology.kubernetes.io/zone"]
        : podsOn(node);
    case "left-out":
      return ["kubectl get nodes -o wide"];
    case "not-ready":
      return node === null
        ? ["kubectl get nodes -o wide"]
        : [`kubectl describe node ${node}`, `kubectl get lease ${node} -n kube-node-lease -o yaml`];
    case "node-down":
    case "node-cut-off":
      return node === null || nodes.length > 1
        ? ["kubectl get nodes -o wide"]
        : [`kubectl get node ${node} -o wide`, `kubectl describe node ${node}`];
    case "cluster-ip":
    case "node-port":
      return node === null
        ? ["kubectl -n netchecker get service pong-svc -o wide"]
        : [`kubectl -n kube-system get pods -o wide --field-selector spec.nodeName=${node}`];
    case "service-backend":
      return [
        "kubectl -n netchecker get endpointslices -l kubernetes.io/service-name=pong-svc -o yaml",
        "kubectl -n netchecker get pods -l name=pong -o wide",
      ];
    case "dns":
    case "dns-answer":
      return ["kubectl -n kube-system get pods -l k8s-app=kube-dns -o wide"];
    case "pong":
      return node === null
        ? ["kubectl -n netchecker get pods -l name=pong -o wide"]
        : [
            `kubectl -n netchecker get pods -l name=pong -o wide --field-selector spec.nodeName=${node}`,
            `kubectl describe node ${node}`,
          ];
    case "agent-missing":
    case "agent-silent":
    case "prober-starved":
    case "local-exhaustion":
      return [
        `kubectl -n netchecker get pods -l name=ping -o wide${nodes.length > 1 ? "" : ` --field-selector spec.nodeName=${node}`}`,
        ...(pod === null ? [] : [`kubectl -n netchecker describe pod ${pod}`]),
        ...(pod === null || kind === "agent-missing"
          ? []
          : [`kubectl -n netchecker logs ${pod} --tail=50`]),
      ];
    default:
      return POD_NETWORK.has(kind) ? podsOn(node) : [];
  }
}

function podsOn(node: string | null): string[] {
  return node === null
    ? []
    : [`kubectl get pods -A -o wide --field-selector spec.nodeName=${node}`];
}

const MAX_PROBE_COMMANDS = 2;

/** Commands that repeat the failed checks by hand, from the pods that found the failures. */
function probes(evidence: Evidence, { claim }: Draft): string[] {
  const { plan, matrices } = evidence.round;
  const found = new Map<Check, string>();
  for (const { type, cell } of claim.cells) {
    const { targets } = matrices[type];
    const { pod } = plan.agents[Math.floor(cell / targets)]!;
    const { check, address, name } = plan.targets[type][cell % targets]!;
    const url = address === null ? null : probeByHand(check, address, name);
    if (pod === null || url === null || found.has(check)) continue;
    found.set(check, `kubectl -n netchecker exec ${pod} -- node main.js --probe ${quoted(url)}`);
  }
  return [...found.values()].slice(0, MAX_PROBE_COMMANDS);
}

/** Quoted if a shell would interpret its characters. */
function quoted(url: string): string {
  return /[[\]?&*;$]/.test(url) ? `'${url}'` : url;
}
