import type { Draft } from "../evidence/draft.ts";
import { NEVER_READY } from "../causes/never-ready-causes.ts";
import { COMING_BACK, NOTHING_RUNS } from "../causes/node-drafts.ts";
import { GONE_TOGETHER, LONE_REPORTER } from "../causes/silent-groups.ts";
import { sayGroups } from "./say-groups.ts";
import { sayOthers } from "./say-others.ts";
import { sayPlanned } from "./say-planned.ts";
import { sayThough } from "./say-though.ts";
import type { Where } from "../evidence/where.ts";

/**
 * The summary of a cause, for an operator at 3 a.m.: node first, then what is wrong, how many of how many, and where
 * to look.
 */
export function sayCause(cause: Draft, where: Where): string {
  if (cause.planned) return sayPlanned(cause, where);
  if (cause.say) return cause.say(where);
  if (cause.peers.length > 0) return sayGroups(cause, where);
  return sayNode(cause, where) ?? sayOthers(cause, where);
}

/** A cause at one node, at several, or at all of them. */
function sayNode(cause: Draft, where: Where): string | null {
  const who = cause.nodes.length === 0 ? "All nodes" : where.nodes;
  const all = cause.nodes.length === 0;
  const { count, family } = where;
  const small = cause.fact ?? "small ones";
  switch (cause.kind) {
    case "node-down":
      return sayDown(cause, where);
    case "node-cut-off":
      if (all) return sayAllCutOff(cause, where);
      if (cause.fact === LONE_REPORTER)
        return `${who}: cut off, or all others are: it reaches none of the other nodes${family} (${count}), nothing is heard of them, and only its own agent reports.${where.readiness} Look at its link, its routes and its firewall, then at the others.`;
      return {
        in: `${who}: no node reaches it${family} (${count}), but it reaches others.${where.readiness} Look at what filters traffic towards ${who}: its firewall, security groups.`,
        out: `${who}: it reaches no node${family} (${count}), but is reached by others.${where.readiness} Look at its routes and at what filters traffic out of ${who}.`,
        both: `${who}: cut off: no node reaches it and it reaches none${family} (${count}), but its agent reports.${where.readiness} Look at its link, its routes and its firewall.`,
      }[cause.direction ?? "both"];
    case "undetermined":
      if (cause.fact === NOTHING_RUNS) return sayNothingRuns(cause, where);
      return cause.fact === COMING_BACK
        ? `${who}: no node reached it${family} (${count}) when they probed it, and then its agent reported: it is coming back, most likely.${where.readiness} Watch whether it stays.`
        : null;
    case "not-ready":
      return sayNotReady(cause, where);
    case "pod-network":
      if (all)
        return `All nodes: no pod reaches a pod on another node${family} (${count} pairs); the nodes reach each other. Look at the pod network (CNI) of the cluster.`;
      if (cause.fact === LONE_REPORTER)
        return `${who}: its pods are cut off, or those of all others are: they reach none on the other nodes${family} (${count}), and no other agent is heard of; the nodes answer. Look at the pod network (CNI), on ${who} first.`;
      return {
        in: `${who}: its pods cannot be reached from any node${family} (${count}); the node itself answers.${where.readiness} Look at the pod network (CNI) on ${who}.`,
        out: `${who}: its pods reach no pod on any other node${family} (${count}); they are reached, and nodes answer them.${where.readiness} Look at the pod network (CNI) on ${who}.`,
        both: `${who}: its pods are cut off: they are not reached from any node${family} (${count}), and do not get out; the node itself answers.${where.readiness} Look at the pod network (CNI) on ${who}.`,
      }[cause.direction ?? "both"];
    case "firewall":
      return sayFirewall(cause, where, who);
    case "mtu":
      if (all)
        return `All nodes: large packets between pods are lost${family} (${count} pairs), ${small} get through. Look at the MTU of the pod network.`;
      return {
        in: `${who}: large packets to its pods are lost${family} (${count} nodes), ${small} get through. Look at the MTU on the way to ${who} and of its pod network.`,
        out: `${who}: large packets from its pods are lost${family} (${count} nodes), ${small} get through. Look at the MTU of ${who}'s interfaces and of its pod network.`,
        both: `${who}: large packets to and from its pods are lost${family} (${count} nodes), ${small} get through. Look at the MTU of ${who}'s interfaces and of its pod network.`,
      }[cause.direction ?? "both"];
    case "node-port":
      return all
        ? `All nodes: NodePorts do not answer${family} (${count} pairs); nodes and pods do. Look at kube-proxy, and at what filters the NodePort range.`
        : `${who}: its NodePort does not answer${family} (${count}); the node and its pong do.${where.readiness} Look at kube-proxy on ${who}.`;
    case "cluster-ip":
      return all
        ? `All nodes: no ClusterIP answers${family} (${count} nodes), neither the service's nor that of DNS; pods do. Look at kube-proxy, or what stands in for it.`
        : cause.fact === "stale"
          ? `${who}: the service's ClusterIP does not answer${family} from there; that of DNS does, and other nodes reach the service. Look at kube-proxy on ${who}: its rules may be stale.`
          : `${who}: no ClusterIP answers${family} from there, neither the service's nor that of DNS; pods do. Look at kube-proxy on ${who}.`;
    case "packet-loss":
      return `${who}: loses packets${family}: ${count} probes to or from it needed more than one attempt, ${cause.fact}. Look at the errors and drops of ${who}'s network interface and its link.`;
    case "slow":
      return `${who}: slow: ${cause.fact}. Look at the load of ${who} and at its link.`;
    default:
      return null;
  }
}

function sayDown({ nodes, candidates, fact }: Draft, where: Where): string {
  const { count, family, readiness } = where;
  const who = where.nodes;
  if (nodes.length === 1) {
    const found = `${who}: down or cut off: no node reaches it${family} (${count}), and nothing is heard of it`;
    return candidates.includes("partition")
      ? `${found}; it is not the only one, so they may be cut off together.${readiness} Look at what they share (switch, zone, link), then at the machine.`
      : `${found}.${readiness} Look at the machine, its power and its link.`;
  }
  const gone =
    fact === GONE_TOGETHER ? " Their neighbours say that they are gone (host_unreachable)." : "";
  const state = fact === GONE_TOGETHER ? "are down" : "are down or cut off";
  return `${who}: ${nodes.length} nodes ${state}: none of the others reaches them${family} (${count} pairs), and nothing is heard of them.${gone}${readiness} Look at what they share (power, switch, zone), then at the machines.`;
}

function sayAllCutOff({ of }: Draft, { count, family, heard }: Where): string {
  // Each agent that reports has probed every other node that reports.
  const all = heard * (heard - 1) === of;
  const who = all ? "though they report" : `though ${heard} of them report`;
  return `All nodes: none reaches another${family} (${count} pairs), ${who}. Look at what filters traffic between nodes.`;
}

/** Kubernetes calls the nodes NotReady, and the network is not the reason. */
function sayNotReady(cause: Draft, where: Where): string {
  const { fact, nodes } = cause;
  const { count, family, words, readiness } = where;
  const who = where.nodes;
  const many = nodes.length > 1;
  switch (fact) {
    case NEVER_READY:
      return many
        ? `${who}: ${nodes.length} nodes never became Ready: ${words}. Look at the kubelet, the container runtime and the CNI plugin there.`
        : `${who}: never became Ready: ${words}. Look at its kubelet, its container runtime and its CNI plugin.`;
    case NOTHING_RUNS:
      return sayNothingRuns(cause, where);
    case "kubelet":
      return many
        ? `${who}: the kubelets' ports do not answer${family} (${count} pairs); their pods do.${readiness} Their kubelets are dead or hang, most likely; filters on the nodes' own addresses would look the same. Look at the kubelets there.`
        : `${who}: the kubelet's port does not answer${family} (${count}); its pods do.${readiness} Its kubelet is dead or hangs, most likely; a filter on the node's own addresses would look the same. Look at the kubelet on ${who}.`;
    case "host":
      return many
        ? `${who}: the kubelets' ports and the NodePorts do not answer${family} (${count} pairs); their pods do.${readiness} Their kubelets are dead or hang, most likely: Kubernetes then calls their pods not ready, and a NodePort that leads to the node's own pods only has none left. Filters on the nodes' own addresses would look the same. Look at the kubelets there.`
        : `${who}: the kubelet's port and the NodePort do not answer${family} (${count}); its pods do.${readiness} Its kubelet is dead or hangs, most likely: Kubernetes then calls its pods not ready, and a NodePort that leads to the node's own pods only has none left. A filter on the node's own addresses would look the same. Look at the kubelet on ${who}.`;
    default: {
      const measured = fact ? sayThough(fact, many) : "";
      const though = measured === "" ? "" : `, though ${measured}`;
      const calls = readiness.trim().replace(/\.$/, "");
      return `${who}: ${calls}${though}. Look at the ${many ? "kubelets there, their container runtimes, and their" : "kubelet there, its container runtime, and its"} way to the API server.`;
    }
  }
}

/** The nodes refuse connections, so the machines are up. */
function sayNothingRuns({ nodes }: Draft, where: Where): string {
  const { count, family, readiness } = where;
  const who = where.nodes;
  return nodes.length > 1
    ? `${who}: ${nodes.length} nodes are up, and nothing runs there: they refuse connections to their kubelets and pods${family} (${count} pairs), and nothing is heard of their agents.${readiness} Their kubelets and container runtimes do not run, most likely; firewalls that refuse would look the same. Look at the kubelet and the container runtime there.`
    : `${who}: the machine is up, and nothing runs on it: it refuses connections to its kubelet and its pods${family} (${count}), and nothing is heard of its agent.${readiness} Its kubelet and its container runtime do not run, most likely; a firewall that refuses would look the same. Look at the kubelet and the container runtime on ${who}.`;
}

function sayFirewall({ direction, layer, nodes }: Draft, where: Where, who: string) {
  const { count, family } = where;
  if (layer === "external")
    return nodes.length === 0
      ? `All nodes: the outside is refused, not lost${family} (${count} nodes). Look at the egress firewall or gateway of the cluster.`
      : `${who}: the outside is refused, not lost${family}. Look at what filters traffic out of ${who}.`;
  const what = layer === "node" ? "connections" : "connections between pods";
  if (nodes.length === 0)
    return `All nodes: ${what} are refused, not lost${family} (${count} pairs). Look at network policies and firewalls.`;
  return {
    in: `${who}: ${what} to it are refused, not lost${family} (${count}).${where.readiness} Look at the firewall and network policies of ${who}.`,
    out: `${who}: ${what} from it are refused, not lost${family} (${count}).${where.readiness} Look at the firewall and network policies of ${who}.`,
    both: `${who}: ${what} to and from it are refused, not lost${family} (${count}).${where.readiness} Look at the firewall and network policies of ${who}.`,
  }[direction ?? "both"];
}
