import {
  CLUSTER_POD_CIDR,
  GATEWAY,
  nodeIp,
  overlayIp,
  podCidr,
  podGateway,
  UNDERLAY_PREFIX,
} from "./addresses.ts";
import { type Fabric, plugIn } from "./fabric.ts";
import { Namespace } from "./namespace.ts";
import { nftTable } from "./nft.ts";

/** How pods of different nodes reach each other: routes between the nodes, or a VXLAN overlay. */
export type PodNetworkKind = "host-gateway" | "vxlan";

/** A node that others have routes to. */
export interface NodePlace {
  readonly name: string;
  readonly index: number;
  readonly namespace: Namespace;
}

/** A node's uplink, its pod bridge, and the masquerade of what its pods send out of the pod network (as flannel does). */
export async function createNodeNetwork(
  place: NodePlace,
  fabric: Fabric,
  kind: PodNetworkKind,
): Promise<void> {
  const { index, namespace } = place;
  const cidr = podCidr(index);
  await fabric.plug(namespace, nodeIp(index), UNDERLAY_PREFIX);
  const masquerade = `
  chain postrouting { type nat hook postrouting priority 100;
    ip saddr ${cidr} ip daddr != ${CLUSTER_POD_CIDR} masquerade
    ct status dnat ip saddr ${cidr} ip daddr ${cidr} masquerade
  }`;
  await namespace.run(`
ip link add cni0 type bridge forward_delay 0
ip address add ${podGateway(index)}/24 dev cni0
ip link set cni0 up
ip route add default via ${GATEWAY.ip}
${kind === "vxlan" ? vxlanDevice(index) : ""}
${nftTable("ip", "pod-masquerade", masquerade)}`);
}

interface PodPort {
  /** The namespace's name. */
  readonly name: string;
  readonly ip: string;
  /** Its port on the node's bridge. */
  readonly port: string;
  readonly logFolder: string;
  readonly resolvConf?: string;
}

/** Makes a namespace for a pod. It is plugged into the node's bridge, and has an address and a way out. */
export async function createPodNetwork(
  { index, namespace: node }: NodePlace,
  { name, ip, port, logFolder, resolvConf }: PodPort,
): Promise<Namespace> {
  const namespace = await Namespace.create(name, logFolder, resolvConf);
  try {
    await plugIn(namespace, node, { port, bridge: "cni0" });
    await namespace.run(
      `ip address add ${ip}/24 dev eth0\nip route add default via ${podGateway(index)}\n`,
    );
  } catch (error) {
    await namespace.remove();
    throw error;
  }
  return namespace;
}

/** Nodes learn the way to each other's pods: each of `all` to those of `added`, and they to all. */
export async function connectNodes(
  all: readonly NodePlace[],
  added: readonly NodePlace[],
  kind: PodNetworkKind,
): Promise<void> {
  const way = kind === "vxlan" ? vxlanRoute : hostRoute;
  await Promise.all(
    all.map((node) => {
      const others = (added.includes(node) ? all : added).filter((other) => other !== node);
      return node.namespace.run(others.map(way).join(""));
    }),
  );
}

/** A node forgets the way to the pods of one that is gone. */
export async function forgetNode(at: NodePlace, gone: NodePlace): Promise<void> {
  await at.namespace.run(`ip route del ${podCidr(gone.index)} || true\n`);
}

/** The line that makes the route from anywhere to a node's pods. */
const hostRoute = ({ index }: Pick<NodePlace, "index">) =>
  `ip route replace ${podCidr(index)} via ${nodeIp(index)}\n`;

/** What a VXLAN header adds: outer IP, UDP, VXLAN and Ethernet. */
export const VXLAN_OVERHEAD = 50;

/** The lines that make a node's end of the overlay. */
export const vxlanDevice = (index: number) => `
ip link add vxlan0 type vxlan id 1 dstport 8472 local ${nodeIp(index)} dev eth0 nolearning
ip link set vxlan0 address ${vxlanMac(index)} mtu ${1500 - VXLAN_OVERHEAD}
ip address add ${overlayIp(index)}/32 dev vxlan0
ip link set vxlan0 up`;

/** As flannel's vxlan backend: one neighbour, one forwarding entry and one route for each other node. */
const vxlanRoute = ({ index }: Pick<NodePlace, "index">) => `
ip neighbour replace ${overlayIp(index)} lladdr ${vxlanMac(index)} dev vxlan0 nud permanent
bridge fdb replace ${vxlanMac(index)} dev vxlan0 dst ${nodeIp(index)}
ip route replace ${podCidr(index)} via ${overlayIp(index)} dev vxlan0 onlink
`;

const vxlanMac = (index: number) => `0a:00:00:00:00:${index.toString(16).padStart(2, "0")}`;
