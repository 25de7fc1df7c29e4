import { Type } from "typebox";

/**
 * What can be broken, and what each kind means. The set is a promise to users: kinds may be added,
 * but no kind changes its meaning.
 */
const FINDING_KINDS = {
  "node-down": "nothing on the node answers, and its agent does not report",
  "node-cut-off": "new connections into or out of the node fail",
  "not-ready":
    "Kubernetes calls the node NotReady, although its network works: its kubelet is dead, its container runtime or CNI is not ready, or it never became Ready",
  "pod-network": "only the node's pods are cut off (CNI)",
  route: "one pair of nodes does not reach each other",
  partition: "two groups of nodes do not reach each other",
  mtu: "small packets pass, large ones do not",
  "cluster-ip": "the node's kube-proxy does not serve ClusterIPs",
  "node-port": "the node's kube-proxy does not serve its NodePort",
  "service-backend": "an address behind the service is dead or missing",
  dns: "DNS does not answer",
  "dns-answer": "DNS gives a wrong answer",
  egress: "nothing outside the cluster can be reached",
  "external-target": "one target outside the cluster fails",
  firewall: "connections are refused, and not lost",
  "wrong-answerer": "another pod answers at an address",
  pong: "its process is dead, hung or overloaded, and the network is not to blame",
  "agent-missing": "the node has no ping pod that could report",
  "agent-silent": "its node can be reached, but its report did not arrive",
  "no-report": "no agent reported at all, so nothing was measured",
  "left-out":
    "planned changes leave out so many nodes at once that the findings say little about the cluster",
  "prober-starved":
    "the agent has too little CPU, so its failures are not trusted; it is an alarm only if half of the agents are like this and probes fail",
  "local-exhaustion": "the agent has no free ports, files or memory",
  "packet-loss": "some packets are lost",
  slow: "answers take longer than usual",
  "check-failed":
    "the check in `target` fails, no other finding explains it, and no rule says what it means",
  undetermined: "it is one of `candidates`, but the evidence does not show which",
  unexplained: "failures that no cause explains",
  more: "stands for the findings above the number that is listed; `more` counts them",
} as const satisfies Record<string, string>;

export type FindingKind = keyof typeof FINDING_KINDS;
export const FindingKindSchema = Type.Enum(Object.keys(FINDING_KINDS) as FindingKind[], {
  description: Object.entries(FINDING_KINDS)
    .map(([kind, meaning]) => `${kind}: ${meaning}.`)
    .join(" "),
});
