import type { FindingKind, Reason } from "@netchecker/contract";
import { type Static, Type } from "typebox";
import { type Effect, type Leg, type Loss, OUTSIDE_END } from "../expect/effect.ts";
import { CLUSTER_POD_CIDR, CONTROL, OUTSIDE, podCidr } from "../namespaces/network/addresses.ts";
import type { Namespace } from "../namespaces/network/namespace.ts";
import { addTable } from "../namespaces/network/nft.ts";
import { faultKind, noNewRedisConnection } from "./fault.ts";
import {
  DirectionParameter,
  NODE,
  NodeParameter,
  type Reject,
  RejectParameter,
} from "./parameters.ts";

const CHAINS = {
  /** As it is on the wire, before any translation; connections are known already. */
  arriving: "chain arriving { type filter hook prerouting priority -150;",
  /** As it will be on the wire, after all translation. */
  leaving: "chain leaving { type filter hook postrouting priority 300;",
  forwarded: "chain forwarded { type filter hook forward priority -10;",
  received: "chain received { type filter hook input priority -10;",
  sent: "chain sent { type filter hook output priority -10;",
} as const;

type ChainName = keyof typeof CHAINS;
type Rules = Partial<Record<ChainName, readonly string[]>>;

async function filter(
  namespace: Namespace,
  id: string,
  rules: Rules,
  undo: AsyncDisposableStack,
): Promise<void> {
  const chains = Object.entries(rules).map(
    ([chain, lines]) => `${CHAINS[chain as ChainName]}\n${lines.join("\n")}\n}`,
  );
  await addTable(namespace, "ip", id, chains, undo);
}

/** Refusals, for packets that match; TCP can be reset, all else is told by ICMP. */
const refusal = (match: string, reject: Exclude<Reject, "no">) =>
  reject === "reset"
    ? [`${match} meta l4proto tcp reject with tcp reset`, `${match} reject`]
    : [`${match} reject with icmp type admin-prohibited`];

const REFUSED: Readonly<Record<Reject, readonly Reason[] | undefined>> = {
  no: undefined,
  icmp: ["host_unreachable"],
  reset: ["connection_refused"],
};

const lost = (of: Loss["of"], reject: Reject): Loss => ({
  of,
  ...(REFUSED[reject] && { reasons: REFUSED[reject] }),
});

const BORDER_PARAMETERS = Type.Object({
  node: NodeParameter,
  direction: DirectionParameter,
  reject: RejectParameter,
});

/** How a cut at `node`'s border shows on the legs that it `covers`. */
const borderEffect = (
  { node, direction, reject }: Static<typeof BORDER_PARAMETERS>,
  kind: FindingKind,
  covers: (leg: Leg) => boolean,
): Effect => ({
  onLeg(leg) {
    if (!covers(leg)) return null;
    const enters = leg.to === node;
    const leaves = leg.from === node;
    if (!enters && !leaves) return null;
    // A refusal is an answer: it takes connections only.
    if (direction === "both") return lost(reject === "no" ? "all" : "connections", reject);
    return (direction === "in" ? enters : leaves) ? lost("connections", reject) : null;
  },
  findings: [{ kind: reject === "no" ? kind : "firewall", nodes: [node], direction }],
});

/** An overlay's envelope passes: what is in it is looked at, before it is put in and when it is out again. */
const ENVELOPE_PASSES = "udp dport 8472 accept";
const UPLINK = "{ eth0, vxlan0 }";

/** Filters on nodes, as firewalls, network policies and broken CNI plugins leave them behind. */
export const FILTER_FAULTS = {
  "node-cut-off": faultKind({
    summary: "a firewall at a node's uplink cuts the node off",
    parameters: BORDER_PARAMETERS,
    async break(lab, { node, direction, reject }, undo, id) {
      const begins = direction === "both" && reject === "no" ? "" : " ct state new";
      const arriving = direction === "out" ? [] : [`iifname ${UPLINK}${begins}`];
      const leaving = direction === "in" ? [] : [`oifname ${UPLINK}${begins}`];
      const stopped = (matches: readonly string[]) => [
        ENVELOPE_PASSES,
        ...matches.flatMap((match) =>
          reject === "no" ? [`${match} drop`] : refusal(match, reject),
        ),
      ];
      const rules: Rules =
        reject === "no"
          ? { arriving: stopped(arriving), leaving: stopped(leaving) }
          : {
              received: stopped(arriving),
              sent: stopped(leaving),
              forwarded: stopped([...arriving, ...leaving]),
            };
      await filter(lab.node(node).namespace, id, rules, undo);
    },
    effect: (given) =>
      borderEffect(given, given.direction === "both" ? "node-down" : "node-cut-off", () => true),
  }),
  "pod-network": faultKind({
    summary: "a node's pod network (CNI) is cut off; the node itself is well",
    parameters: BORDER_PARAMETERS,
    async break(lab, { node: name, direction, reject }, undo, id) {
      const node = lab.node(name);
      const own = podCidr(node.index);
      const begins = "ct state new";
      const all = direction === "both" && reject === "no";
      const inward = `iifname { eth0, vxlan0 } ip daddr ${own} ip saddr ${CLUSTER_POD_CIDR}`;
      const outward = `oifname { eth0, vxlan0 } ip saddr ${own} ip daddr ${CLUSTER_POD_CIDR}`;
      const matches = [
        ...(direction === "out" ? [] : [inward]),
        ...(direction === "in" ? [] : [outward]),
      ];
      await filter(
        node.namespace,
        id,
        reject === "no"
          ? {
              arriving: direction === "out" ? [] : [`${inward} ${all ? "" : begins} drop`],
              leaving: direction === "in" ? [] : [`${outward} ${all ? "" : begins} drop`],
            }
          : { forwarded: matches.flatMap((match) => refusal(`${match} ${begins}`, reject)) },
        undo,
      );
    },
    effect: (given) => borderEffect(given, "pod-network", ({ layer }) => layer === "pod"),
  }),
  "no-way-out": faultKind({
    summary: "no way out of the cluster, from one node or from all",
    parameters: Type.Object({ node: Type.Optional(NodeParameter), reject: RejectParameter }),
    async break(lab, { node, reject }, undo, id) {
      const namespace = node === undefined ? lab.outside.gateway : lab.node(node).namespace;
      const match = `ip daddr ${OUTSIDE.cidr}`;
      const forwarded = reject === "no" ? [`${match} drop`] : refusal(match, reject);
      await filter(namespace, id, { forwarded }, undo);
    },
    effect: ({ node, reject }) => ({
      onLeg: ({ from, to }) =>
        to === OUTSIDE_END && (node === undefined || from === node) ? lost("all", reject) : null,
      findings: [
        reject === "no"
          ? { kind: "egress", nodes: node === undefined ? [] : [node] }
          : { kind: "firewall", nodes: node === undefined ? [] : [node], direction: "out" },
      ],
    }),
  }),
  "dns-unreachable": faultKind({
    summary: "the cluster's DNS cannot be reached from a node",
    parameters: NODE,
    async break(lab, { node }, undo, id) {
      const forwarded = [`ip daddr ${CONTROL.dns} udp dport 53 drop`];
      await filter(lab.node(node).namespace, id, { forwarded }, undo);
    },
    effect: ({ node }) => ({
      onLeg: (leg) => (leg.from === node ? noNewRedisConnection(leg) : null),
      onRow: ({ check, from }) =>
        check === "dns" && from.node === node ? { reasons: ["dns_failure"], sure: true } : null,
      findings: [{ kind: "dns", nodes: [node] }],
    }),
  }),
  "redis-unreachable": faultKind({
    summary: "Redis cannot be reached from a node",
    parameters: NODE,
    async break(lab, { node }, undo, id) {
      const forwarded = [`ip daddr ${CONTROL.redis} drop`, `ip saddr ${CONTROL.redis} drop`];
      await filter(lab.node(node).namespace, id, { forwarded }, undo);
    },
    effect: ({ node }) => ({
      silent: [node],
      findings: [{ kind: "agent-silent", nodes: [node] }],
    }),
  }),
};
