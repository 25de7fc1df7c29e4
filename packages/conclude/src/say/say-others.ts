import type { Draft } from "../evidence/draft.ts";
import type { Where } from "../evidence/where.ts";

/** A cause that concerns services, DNS, the outside or the agents themselves. */
export function sayOthers(cause: Draft, where: Where): string {
  const { kind, fact, target } = cause;
  const all = cause.nodes.length === 0;
  const many = cause.nodes.length > 1;
  const { nodes, count, family } = where;
  const dns = all ? `DNS: ${count} nodes get` : `${nodes}: DNS gives`;
  switch (kind) {
    case "dns":
      if (fact === "slow")
        return `DNS: ${count} nodes get an answer at a second attempt only. Look at the DNS pods: one of them may be dead.`;
      return fact === null
        ? `${dns} no answer${family}. Look at ${all ? "the DNS pods" : `resolv.conf and the way to the DNS pods on ${nodes}`}.`
        : `${dns} no answer${family}; its servers may have been on ${fact}, which is broken. Look at ${fact} first, then at the DNS pods.`;
    case "dns-answer":
      return `${dns} a wrong answer${family}${fact ? `: ${fact}` : ""}. Look at the DNS pods' configuration and caches.`;
    case "egress":
      return all
        ? `The outside is not reached${family} from ${count} nodes, no target at all. Look at the cluster's gateway, NAT and egress rules.`
        : `${nodes}: reaches nothing outside the cluster${family}; other nodes do. Look at its default route, NAT and egress rules.`;
    case "external-target":
      return `${target}: not reached from ${count} nodes. Look at the target itself, then at what filters the way to it.`;
    case "service-backend":
      return all
        ? `The service fails${family} from ${count} nodes though pongs answer. Look for a dead address among its endpoints.`
        : `${nodes}: the service's backend there does not answer (${count}). Look at the pong on ${nodes} and the service's endpoints.`;
    case "wrong-answerer":
      return `${nodes}: another pod answers at its pong's address (${count})${fact ? `: ${fact}` : ""}. Look for an address used twice, or a stale route or neighbour entry.`;
    case "pong":
      if (fact === "busy")
        return `${nodes}: its pong answers only now and then${family} (${count} probes failed), whoever asks; the network works. Look at the load of the pong pod and its CPU limit.`;
      return all
        ? `All nodes: no pong answers (${count} pairs), though nodes do. Look at the pong pods: dead, hung or overloaded.`
        : `${nodes}: its pong does not answer ${cause.of === 0 ? "its own node" : `${count} other nodes${family}${where.ownFails ? ", nor its own" : ""}`}; the network works.${where.readiness} Look at the pong pod: dead, hung or overloaded.`;
    case "agent-missing":
      return many
        ? `${nodes}: no ping pods that could report (${fact}). Look at one of the pods, and at the nodes' room for them.`
        : `${nodes}: no ping pod that could report (${fact}). Look at the pod and at the node's room for it.`;
    case "agent-silent":
      return many
        ? `${nodes}: their agents did not report, though others reach the nodes. Look at one agent's log and at the way to Redis: ClusterIP, DNS, the pod network.`
        : `${nodes}: its agent did not report, though others reach the node. Look at the agent's log and its way to Redis: ClusterIP, DNS, the pod network.`;
    case "no-report":
      return sayNoReport(cause, where);
    case "prober-starved":
      return sayStarved(cause, where);
    case "local-exhaustion":
      return `${nodes}: its agent ran out of ports, files or memory (${count} probes). Look at the limits of the ping pod and conntrack on ${nodes}.`;
    case "undetermined":
      return sayUndetermined(cause, where);
    default:
      return `${count} probes failed, and no cause explains them. ${cause.severity === "info" ? "Few and scattered: lost packets, most likely." : "Too many for chance: look at the mesh."}`;
  }
}

/**
 * The ports in this sentence belong to overlays for pods' packets: VXLAN (IANA 4789, Linux and flannel 8472), Geneve
 * 6081.
 */
function sayNoReport({ fact, layer }: Draft, { count, heard }: Where): string {
  const measured = heard > 0 ? "hardly anything was measured" : "nothing was measured";
  const look =
    layer === "process"
      ? "Look at the ping pods and their DaemonSet."
      : "Look at Redis and the agents' way to it, then at what filters the overlay's packets between nodes (VXLAN: UDP 8472 or 4789, Geneve: 6081, WireGuard, IP in IP).";
  return `All nodes: no agent reported (${count} that should), so ${measured}: ${fact}. ${look}`;
}

function sayStarved({ fact, failed, nodes: indices }: Draft, { nodes, count }: Where): string {
  const many = indices.length > 1;
  const [its, agent] = many ? ["their", "agents"] : ["its", "agent"];
  const held = fact ? ` (${fact})` : "";
  const probes = failed > 0 ? ` and ${its} ${count} failed probes` : "";
  const load = many ? "the nodes and the agents'" : `${nodes} and the agent's`;
  return `${nodes}: ${its} ${agent} had too little CPU${held}; ${its} latencies${probes} are not trusted. Look at the load of ${load} CPU limit.`;
}

function sayUndetermined({ fact, direction, nodes: indices }: Draft, where: Where): string {
  const { nodes, count, family } = where;
  const who = indices.length === 0 ? "All nodes" : nodes;
  const side = direction === "out" ? "from it" : "to it";
  if (fact === "redis_away")
    return `Redis was away: ${count} agents could not report. Nothing is said of the network.`;
  if (fact === "kubelet")
    return `${who}: the kubelet's port does not answer${family} (${count}${indices.length === 0 ? " pairs" : ""}); pods and NodePorts do. Cannot tell a dead kubelet from a filter on its port.${where.readiness} Look at the kubelet, then at the firewall.`;
  return `${who}: connections ${side} fail on the node's own addresses${family} (${count}); its pods answer. Cannot tell a filter from a fault.${where.readiness} Look at the firewall of ${who}.`;
}
