import { BlockList, isIP } from "node:net";
import type { TargetList, TargetType } from "@netchecker/contract";

/**
 * The most entries of a list on one address. A pod has one entry. A node has one for the kubelet's
 * port and one for each port of pong's service. A service has one for each port. External targets
 * are named one by one by netchecker's operator.
 */
const MAX_ENTRIES_PER_ADDRESS: Readonly<Record<TargetType, number>> = {
  pod: 16,
  node: 64,
  service: 256,
  external: 1_000,
};

/**
 * netchecker plans none of these. They are not part of a cluster's network, and at some of them
 * clouds give out credentials.
 */
const NEVER_DIALLED = new BlockList();
NEVER_DIALLED.addAddress("169.254.169.254");
NEVER_DIALLED.addAddress("fd00:ec2::254", "ipv6");
NEVER_DIALLED.addSubnet("0.0.0.0", 8);
NEVER_DIALLED.addSubnet("224.0.0.0", 4);
NEVER_DIALLED.addAddress("255.255.255.255");
NEVER_DIALLED.addAddress("::", "ipv6");
NEVER_DIALLED.addSubnet("ff00::", 8, "ipv6");

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8);
LOOPBACK.addAddress("::1", "ipv6");

/** Nothing in a cluster is reached by a link-local address. An external target may be. */
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet("169.254.0.0", 16);
LINK_LOCAL.addSubnet("fe80::", 10, "ipv6");

const isIn = (list: BlockList, ip: string): boolean =>
  isIP(ip) !== 0 && list.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");

/**
 * Why an agent refuses to dial an address, even if a list names it. Null if it may dial it. An
 * agent on loopback may dial loopback.
 */
function refusal(type: TargetType, ip: string, agentIp: string): string | null {
  if (isIn(NEVER_DIALLED, ip)) return "address not allowed";
  if (isIn(LOOPBACK, ip) && !isIn(LOOPBACK, agentIp)) return "loopback not allowed";
  return type !== "external" && isIn(LINK_LOCAL, ip) ? "link-local not allowed" : null;
}

/**
 * The entries of a list that an agent does not probe: index → why. They are `not_probed`.
 * netchecker's own lists contain none, except a node whose own address no other node can dial.
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
      (count > MAX_ENTRIES_PER_ADDRESS[type] ? "too many on one address" : null);
    if (why !== null) refused.set(index, why);
  }
  return refused;
}

/** The host of `host:port`, `[ip]:port`, an IP or a URL. */
function hostOf(address: string): string {
  if (isIP(address) !== 0) return address;
  const host = address.includes("://")
    ? URL.parse(address)?.hostname
    : /^(\[[^\]]+\]|[^:]+):\d+$/.exec(address)?.[1];
  return (host ?? address).replace(/^\[(.*)\]$/, "$1");
}
