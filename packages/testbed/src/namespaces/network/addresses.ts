/**
 * Who has which address. The ranges are those that kind and kubeadm use; nothing leaves the
 * laboratory's namespaces, so they cannot meet real ones.
 */

export const CLUSTER_POD_CIDR = "10.244.0.0/16";
export const UNDERLAY_PREFIX = 24;

/** Of nodes: `node-1` is 172.30.0.1. */
export const MAX_NODE_INDEX = 200;
const CONTROL_INDEX = 250;
const GATEWAY_INDEX = 254;

const underlay = (index: number) => `172.30.0.${index}`;

export const nodeIp = (index: number) => underlay(index);
export const podCidr = (index: number) => `10.244.${index}.0/24`;
/** The node's own address on its pod bridge: its pods' way out. */
export const podGateway = (index: number) => `10.244.${index}.1`;
export const podIp = (index: number, host: number) => `10.244.${index}.${host}`;
/** A node's VXLAN address, in the overlay variant. */
export const overlayIp = (index: number) => `10.244.${index}.0`;

/** Where Redis, the API server, DNS and netchecker are: a node of its own, without ping and pong. */
export const CONTROL = {
  index: CONTROL_INDEX,
  ip: underlay(CONTROL_INDEX),
  redis: podIp(CONTROL_INDEX, 2),
  dns: podIp(CONTROL_INDEX, 3),
  netchecker: podIp(CONTROL_INDEX, 4),
} as const;

export const GATEWAY = { ip: underlay(GATEWAY_INDEX), outside: "203.0.113.1" } as const;
/** Set aside for documentation (RFC 5737). */
export const OUTSIDE = { ip: "203.0.113.10", cidr: "203.0.113.0/24" } as const;

export const CLUSTER_IP = { dns: "10.96.0.10", pong: "10.96.0.20", redis: "10.96.0.30" } as const;
export const NODE_PORT = 32_088;
