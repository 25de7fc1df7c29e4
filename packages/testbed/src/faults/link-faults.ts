import { Type } from "typebox";
import { CONTROL_END, type Effect, type ExpectedFinding, type Leg } from "../expect/effect.ts";
import type { Lab } from "../namespaces/lab.ts";
import { CONTROL, nodeIp, podCidr } from "../namespaces/network/addresses.ts";
import { addTable } from "../namespaces/network/nft.ts";
import { TestbedError } from "../testbed-error.ts";
import { faultKind } from "./fault.ts";
import { DirectionParameter, NODE, NodeParameter } from "./parameters.ts";

const PeerParameter = Type.String({
  pattern: "^(node-[1-9][0-9]{0,2}|control)$",
  description: "the other end: a node, or control, where Redis and DNS are",
});

const indexOf = (lab: Lab, name: string) =>
  name === CONTROL_END ? CONTROL.index : lab.node(name).index;

const addressesOf = (index: number) => `{ ${nodeIp(index)}, ${podCidr(index)} }`;

/** One rule where a node's cable is plugged in: on what it sends, or on what is sent to it. */
interface PortRule {
  readonly port: string;
  readonly on: "sent" | "received";
  readonly rule: string;
}

/** `ingress` of the port here is what the node sends. */
const HOOK = { sent: "ingress", received: "egress" } as const;

async function onPorts(
  lab: Lab,
  id: string,
  rules: readonly PortRule[],
  undo: AsyncDisposableStack,
): Promise<void> {
  const chains = rules.map(
    ({ port, on, rule }, index) =>
      `chain c${index} { type filter hook ${HOOK[on]} device "${port}" priority 0;\n${rule}\n}`,
  );
  await addTable(lab.fabric.namespace, "netdev", id, chains, undo);
}

const touches = ({ from, to }: Leg, node: string) => from === node || to === node;

/** A loss below this share is no finding. */
const FEW_PERCENT = 5;

function lossFindings(
  node: string | undefined,
  peer: string | undefined,
  percent: number,
): ExpectedFinding[] {
  if (node === undefined || percent < FEW_PERCENT) return [];
  if (peer === undefined) return [{ kind: "packet-loss", nodes: [node] }];
  return [{ kind: "route", nodes: [node], peers: [peer], direction: "both" }];
}

/** Below what Ethernet carries, above what a SYN or a small request needs. */
const DEFAULT_SIZE_BYTES = 1_400;

/** On its way out of the port a packet has its Ethernet header, on its way in it has not. */
const ETHERNET_BYTES = 14;

/** Faults of the wires between the nodes: packets are lost in the fabric, and nobody is told. */
export const LINK_FAULTS = {
  "node-down": faultKind({
    summary: "a node's link is down",
    parameters: NODE,
    thing: ({ node }) => `link of ${node}`,
    async break(lab, { node }, undo) {
      const { namespace } = lab.fabric;
      // The port is gone with its node.
      undo.defer(() => namespace.run(`ip link set ${node} up || true\n`).then(() => {}));
      await namespace.run(`ip link set ${lab.node(node).name} down\n`);
    },
    // The node and its neighbours learn from ARP, in the end, that nobody is there.
    effect: ({ node }) => ({
      onLeg: (leg) =>
        touches(leg, node) ? { of: "all", reasons: ["connect_timeout", "host_unreachable"] } : null,
      findings: [{ kind: "node-down", nodes: [node] }],
    }),
  }),
  "packet-loss": faultKind({
    summary: "packets are lost: everywhere, at a node's link, or one way from a node to a peer",
    parameters: Type.Object({
      node: Type.Optional(NodeParameter),
      peer: Type.Optional(PeerParameter),
      percent: Type.Number({ minimum: 0.1, maximum: 100, default: 100, description: "of 100" }),
    }),
    async break(lab, { node, peer, percent }, undo, id) {
      if (peer !== undefined && node === undefined)
        throw new TestbedError("--peer is given without --node: from where are the packets?");
      const chance =
        percent === 100 ? "drop" : `numgen random mod 1000 < ${Math.round(percent * 10)} drop`;
      const to = peer === undefined ? "" : `ip daddr ${addressesOf(indexOf(lab, peer))} `;
      const ports = node === undefined ? [...lab.nodes, lab.control] : [lab.node(node)];
      const rules = ports.flatMap(({ name: port }): PortRule[] => [
        { port, on: "sent", rule: to + chance },
        // Everywhere, what one receives another has sent.
        ...(node !== undefined && peer === undefined
          ? [{ port, on: "received" as const, rule: chance }]
          : []),
      ]);
      await onPorts(lab, id, rules, undo);
    },
    effect: ({ node, peer, percent }): Effect => ({
      onLeg(leg) {
        const hit =
          peer !== undefined
            ? leg.from === node && leg.to === peer
            : node === undefined || touches(leg, node);
        return hit ? { of: percent === 100 ? "all" : "some" } : null;
      },
      findings: lossFindings(node, peer, percent),
    }),
  }),
  partition: faultKind({
    summary: "a group of nodes is parted from the others",
    parameters: Type.Object({
      nodes: Type.Array(NodeParameter, {
        minItems: 1,
        description: "the group that is parted off",
      }),
      control: Type.Enum(["cut", "reachable"] as const, {
        default: "cut",
        description: "whether the group still reaches Redis and DNS, and so can report",
      }),
    }),
    async break(lab, { nodes, control }, undo, id) {
      const others = [...lab.nodes, ...(control === "cut" ? [lab.control] : [])].filter(
        ({ name }) => !nodes.includes(name),
      );
      const addresses = others.flatMap(({ index }) => [nodeIp(index), podCidr(index)]).join(", ");
      const rule = `ip daddr { ${addresses} } drop`;
      const ports = nodes.map((name) => lab.node(name).name);
      await onPorts(
        lab,
        id,
        ports.map((port) => ({ port, on: "sent", rule })),
        undo,
      );
    },
    effect: ({ nodes, control }) => ({
      onLeg({ from, to, layer }) {
        if (layer === "outside" || !nodes.includes(from) || nodes.includes(to)) return null;
        return to === CONTROL_END && control === "reachable" ? null : { of: "all" };
      },
      // Nodes that do not reach Redis either cannot be told from nodes that are down.
      findings:
        control === "reachable"
          ? [{ kind: "partition", nodes }]
          : nodes.map((node) => ({ kind: "node-down", nodes: [node] })),
    }),
  }),
  mtu: faultKind({
    summary: "large packets vanish without an ICMP message: at a node's link, or between two nodes",
    parameters: Type.Object({
      node: NodeParameter,
      peer: Type.Optional(PeerParameter),
      direction: DirectionParameter,
      size: Type.Integer({
        minimum: 600,
        maximum: 1_499,
        default: DEFAULT_SIZE_BYTES,
        description: "the largest packet that passes, bytes",
      }),
    }),
    async break(lab, { node, peer, direction, size }, undo, id) {
      const port = lab.node(node).name;
      const only = (what: "saddr" | "daddr") =>
        peer === undefined ? "" : `ip ${what} ${addressesOf(indexOf(lab, peer))} `;
      const rules: PortRule[] = [];
      if (direction !== "in")
        rules.push({ port, on: "sent", rule: `${only("daddr")}meta length > ${size} drop` });
      const framed = size + ETHERNET_BYTES;
      if (direction !== "out")
        rules.push({ port, on: "received", rule: `${only("saddr")}meta length > ${framed} drop` });
      await onPorts(lab, id, rules, undo);
    },
    effect: ({ node, peer, direction, size }) => ({
      onLeg({ from, to }) {
        const hit = (end: string, other: string) =>
          end === node && (peer === undefined || other === peer);
        const lost =
          (direction !== "in" && hit(from, to)) || (direction !== "out" && hit(to, from));
        return lost ? { of: "large" } : null;
      },
      findings: [
        {
          kind: "mtu",
          nodes: [node],
          passesBytes: size,
          ...(peer !== undefined && { peers: [peer] }),
          // The finding need not name a direction when a node loses large packets both ways and with everybody.
          ...((peer !== undefined || direction !== "both") && { direction }),
        },
      ],
    }),
  }),
};
