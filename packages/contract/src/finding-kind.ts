import { Type } from "typebox";

/**
 * What can be broken, and what each kind means. The set is a promise to users: kinds may be added,
 * but no kind changes its meaning.
 */
const FINDING_KINDS = {
  "node-down": "nothing of the node answers, and nothing is heard of it",
  "node-cut-off": "no new connections into or out of the node",
  "not-ready":
    "Kubernetes calls the node NotReady, and it is not the node's network that fails: its kubelet is dead, its container runtime or CNI is not ready, or it never became Ready",
  "pod-network": "its pods only (CNI)",
  route: "one pair of nodes",
  partition: "two groups of nodes",
  mtu: "small packets pass, large ones do not",
  "cluster-ip": "the node's kube-proxy",
  "node-port": "the node's kube-proxy",
  "service-backend": "an address behind the service is dead or missing",
  dns: "no answer",
  "dns-answer": "a wrong answer",
  egress: "no way out of the cluster",
  "external-target": "one target outside the cluster",
  firewall: "refused instead of lost",
  "wrong-answerer": "another pod answers at an address",
  pong: "its process is dead, hung or overloaded, and the network is not to blame",
  "agent-missing": "no ping pod that could report",
  "agent-silent": "its node is reachable, its report did not arrive",
  "no-report": "no agent reported at all, so nothing was measured",
  "left-out": "so many nodes at once are planned to be away that the cluster is hardly judged",
  "prober-starved":
    "no CPU, its findings are not trusted; an alarm only where that is half of the agents and probes fail",
  "local-exhaustion": "ports, files or memory of the prober",
  "packet-loss": "it works, badly",
  slow: "it works, badly",
  "check-failed":
    "the check in `target` fails, no other finding explains it, and no rule says what it means",
  undetermined: "one of `candidates`, and nothing tells which",
  unexplained: "failures that no cause explains",
  more: "stands for the findings beyond the most that are told one by one; `more` counts them",
} as const satisfies Record<string, string>;

export type FindingKind = keyof typeof FINDING_KINDS;
export const FindingKindSchema = Type.Enum(Object.keys(FINDING_KINDS) as FindingKind[], {
  description: Object.entries(FINDING_KINDS)
    .map(([kind, meaning]) => `${kind}: ${meaning}.`)
    .join(" "),
});
