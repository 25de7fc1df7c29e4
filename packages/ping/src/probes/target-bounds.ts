import { BlockList, isIP } from "node:net";
import type { TargetList, TargetType } from "@netchecker/contract";

/**
 * So many entries of a list may be on one address, at most: a pod has one, a node one for each port of
 * pong's service and the kubelet's, a service one for each port. Of external ones netchecker's operator names
 * each.
 */
const MOST_ON_ONE_ADDRESS: Readonly<Record<TargetType, number>> = {
  pod: 16,
  node: 64,
  service: 256,
  external: 1_000,
};

/** No plan has these, and what answers there is no part of a cluster's network: clouds give out credentials there. */
const NEVER = new BlockList();
NEVER.addAddress("169.254.169.254");
NEVER.addAddress("fd00:ec2::254", "ipv6");
NEVER.addSubnet("0.0.0.0", 8);
NEVER.addSubnet("224.0.0.0", 4);
NEVER.addAddress("255.255.255.255");
NEVER.addAddress("::", "ipv6");
NEVER.addSubnet("ff00::", 8, "ipv6");

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Nothing in a cluster is reached by one; an external target may be. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16);
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");

const isIn = (list: BlockList, ip: string): boolean =>
  isIP(ip) !== 0 && list.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");

/** Why an agent does not dial an address, whoever tells it to; null where it does. Loopback is dialled by those who live there. */
function refusal(type: TargetType, ip: string, agentIp: string): string | null {
  if (isIn(NEVER, ip)) return "address not allowed";
  if (isIn(LOOPBACK, ip) && !isIn(LOOPBACK, agentIp)) return "loopback not allowed";
  return type !== "external" && isIn(LINK_LOCAL, ip) ? "link-local not allowed" : null;
}

/**
 * What an agent does not probe of a list, and why, by index; it is `not_probed`. A list of netchecker's has
 * nothing of the kind, except where a node's own address is one that no other node can dial.
 */
export function refusedTargets(
  { type, address }: Pick<TargetList, "type" | "address">,
  agentIp: string,
): ReadonlyMap<number, string> {
  const refused = new Map<number, string>();
  const counts = new Map<string, number>();
  // On loopback one address may stand for many machines.
  const onLoopback = isIn(LOOPBACK, agentIp);
  for (const [index, each] of address.entries()) {
    const host = hostOf(each);
    const key = onLoopback ? each : host;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    const why =
      refusal(type, host, agentIp) ??
      (count > MOST_ON_ONE_ADDRESS[type] ? "too many on one address" : null);
    if (why !== null) refused.set(index, why);
  }
  return refused;
}

/** Of `host:port`, `[ip]:port`, an IP or a URL. */
function hostOf(address: string): string {
  if (isIP(address) !== 0) return address;
  const host = address.includes("://")
    ? URL.parse(address)?.hostname
    : /^(\[[^\]]+\]|[^:]+):\d+$/.exec(address)?.[1];
  return (host ?? address).replace(/^\[(.*)\]$/, "$1");
}
