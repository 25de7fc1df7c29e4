import { type Attempt, Conversation } from "./conversation.ts";
import type { Rule } from "./packet.ts";
import type { Random } from "./random.ts";
import type { DnsState, World } from "./world.ts";

export const NO_SUCH_NAME = dnsFailure("ENOTFOUND");
export const SERVER_FAILS = dnsFailure("ESERVFAIL");
const SILENCE = dnsFailure("ETIMEOUT");
const REFUSED = dnsFailure("ECONNREFUSED");

/** What the name server's state makes of a question; null where it answers right. */
const DNS_ATTEMPTS: Readonly<Record<DnsState, Attempt | null>> = {
  works: null,
  dead: SILENCE,
  refuses: REFUSED,
  servfail: SERVER_FAILS,
  nxdomain: NO_SUCH_NAME,
  wrong: { reason: "dns_mismatch", latencyUs: 900, detail: "192.0.2.66" },
};

function dnsFailure(detail: string): Attempt {
  return { reason: "dns_failure", latencyUs: 0, detail };
}

/** One question of an agent for a name of the cluster: over the ClusterIP to one of the DNS pods, and back. */
export function askForName(
  world: World,
  agent: number,
  rules: readonly Rule[],
  random: Random,
): Attempt {
  const { cluster, clusterIps, resolvers, dnsServers, down, detached } = world;
  const own = DNS_ATTEMPTS[resolvers[agent]!];
  if (own) return own;
  if (clusterIps[agent] !== "works") return clusterIps[agent] === "refuses" ? REFUSED : SILENCE;
  const server = random.int(cluster.dnsNodes.length);
  const node = cluster.dnsNodes[server]!;
  if (detached[agent] || down[node] || detached[node]) return SILENCE;
  const path = { client: agent, server: node, plane: "pod", port: "dns" } as const;
  const talk = new Conversation(world, rules, random, path);
  const heard = talk.ask();
  if (heard !== "answered") return heard === "refused" ? REFUSED : SILENCE;
  return DNS_ATTEMPTS[dnsServers[server]!] ?? { reason: "ok", latencyUs: talk.elapsedUs };
}
