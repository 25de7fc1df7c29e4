import { Type } from "typebox";
import type { Leg, Row, RowEffect } from "../expect/effect.ts";
import { podCidr } from "../namespaces/network/addresses.ts";
import { faultKind, noNewRedisConnection } from "./fault.ts";
import { NODE, NodeParameter } from "./parameters.ts";

/** Nobody has the old address: silence at first, then word from the node itself that its neighbour is gone. */
const NOBODY = ["connect_timeout", "host_unreachable"] as const;

function whereTranslated({ check, from, to }: Row, node: string): RowEffect | null {
  if (check === "nodeport" && to.node === node) return { reasons: NOBODY, sure: true };
  return check === "clusterip" && from.node === node ? { reasons: NOBODY, sure: false } : null;
}

/** Faults of what a node's kernel is told: routes, and how services are translated. */
export const NODE_RULE_FAULTS = {
  /** Without a route of their own, packets go the default way: to a gateway that knows no pods. */
  route: faultKind({
    summary: "the route to a peer's pods is missing on a node",
    parameters: Type.Object({ node: NodeParameter, peer: NodeParameter }),
    thing: ({ node, peer }) => `route from ${node} to ${peer}`,
    async break(lab, { node, peer }, undo) {
      const { namespace } = lab.node(node);
      const cidr = podCidr(lab.node(peer).index);
      const found = (await namespace.run(`ip route show ${cidr}\n`)).trim();
      if (found === "") return;
      undo.defer(async () => {
        if (lab.find(node) && lab.find(peer)) await namespace.run(`ip route replace ${found}\n`);
      });
      await namespace.run(`ip route del ${cidr}\n`);
    },
    // Answers to what the peer's pods begin go that way too.
    effect: ({ node, peer }) => ({
      onLeg: ({ from, to, layer }: Leg) =>
        from === node && to === peer && layer === "pod" ? { of: "all" } : null,
      findings: [{ kind: "route", nodes: [node], peers: [peer], direction: "both" }],
    }),
  }),
  "kube-proxy": faultKind({
    summary: "kube-proxy's rules for ClusterIPs, or for NodePorts, are missing on a node",
    parameters: Type.Object({
      node: NodeParameter,
      part: Type.Enum(["cluster-ip", "node-port"] as const, {
        default: "cluster-ip",
        description: "which rules are missing",
      }),
    }),
    thing: ({ node, part }) => `kube-proxy of ${node}: ${part}`,
    async break(lab, { node, part }, undo) {
      lab.node(node);
      undo.defer(() => lab.kubeProxy.change(node, ({ gaps }) => gaps.delete(part)));
      await lab.kubeProxy.change(node, ({ gaps }) => gaps.add(part));
    },
    effect: ({ node, part }) =>
      part === "cluster-ip"
        ? {
            // DNS and Redis are behind ClusterIPs too.
            onLeg: (leg) => (leg.from === node ? noNewRedisConnection(leg) : null),
            onRow({ check, from }) {
              if (from.node !== node) return null;
              if (check === "clusterip") return { reasons: ["connect_timeout"], sure: true };
              return check === "dns" ? { reasons: ["dns_failure"], sure: true } : null;
            },
            findings: [{ kind: "cluster-ip", nodes: [node] }],
          }
        : {
            // Untranslated it meets the node itself, where nobody listens.
            onRow: ({ check, to }) =>
              check === "nodeport" && to.node === node
                ? { reasons: ["connection_refused"], sure: true }
                : null,
            findings: [{ kind: "node-port", nodes: [node] }],
          },
  }),
  "kube-proxy-stale": faultKind({
    summary: "a node's kube-proxy follows no more, and then the node's pong is replaced",
    parameters: NODE,
    thing: ({ node }) => `kube-proxy of ${node}: stale`,
    async break(lab, { node }, undo) {
      lab.node(node);
      undo.defer(() => lab.kubeProxy.setStale(node, false));
      await lab.kubeProxy.setStale(node, true);
      await lab.replacePod(node, "pong");
    },
    effect: ({ node }) => ({
      onRow: (row) => whereTranslated(row, node),
      findings: [{ kind: "node-port", nodes: [node] }],
    }),
  }),
};
