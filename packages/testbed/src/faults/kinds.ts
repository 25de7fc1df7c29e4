import { TestbedError } from "../testbed-error.ts";
import * as agent from "./agent-faults.ts";
import * as control from "./control-faults.ts";
import * as dns from "./dns-faults.ts";
import * as filter from "./filter-faults.ts";
import type { FaultKind } from "./fault.ts";
import * as translation from "./kube-proxy-faults.ts";
import { kubeletDown } from "./kubelet-faults.ts";
import * as link from "./link-faults.ts";
import * as plan from "./plan-faults.ts";
import * as pong from "./pong-faults.ts";
import { route } from "./route-faults.ts";
import { wrongAnswerer } from "./wrong-answerer.ts";

/**
 * Every way to break the cluster, by the name that the command line and scenarios use. A full conntrack table is not
 * among them: only the first network namespace may set nf_conntrack_max, and that is not ours to break.
 */
export const FAULT_KINDS = {
  "node-down": link.nodeDown,
  "node-cut-off": filter.nodeCutOff,
  "pod-network": filter.podNetwork,
  route,
  "packet-loss": link.packetLoss,
  partition: link.partition,
  mtu: link.mtuBlackHole,
  "kube-proxy": translation.kubeProxy,
  "kube-proxy-stale": translation.kubeProxyStale,
  "dns-down": dns.dnsDown,
  "dns-slow": dns.dnsSlow,
  "dns-wrong": dns.dnsWrong,
  "dns-unreachable": filter.dnsUnreachable,
  "no-way-out": filter.noWayOut,
  "wrong-answerer": wrongAnswerer,
  "pong-hung": pong.pongHung,
  "pong-slow": pong.pongSlow,
  "pong-overloaded": pong.pongOverloaded,
  "pong-dead": pong.pongDead,
  "backend-dead": pong.backendDead,
  "ping-dead": agent.pingDead,
  "ping-hung": agent.pingHung,
  "ping-starved": agent.pingStarved,
  "ports-exhausted": agent.portsExhausted,
  "clock-off": agent.clockOff,
  "kubelet-down": kubeletDown,
  "redis-unreachable": filter.redisUnreachable,
  "redis-down": control.redisDown,
  "redis-restarted": control.redisRestarted,
  "redis-slow": control.redisSlow,
  "redis-read-only": control.redisReadOnly,
  "redis-full": control.redisFull,
  "redis-paused": control.redisPaused,
  "redis-password": control.redisPassword,
  "redis-large-lost": control.redisLargeLost,
  "lease-taken": control.leaseTaken,
  "api-away": control.apiAway,
  "api-never": control.apiNever,
  "api-empty": control.apiEmpty,
  "api-hung": control.apiHung,
  "watch-expired": control.watchExpired,
  "netchecker-killed": control.netcheckerKilled,
  "netchecker-restarted": control.netcheckerRestarted,
  cordoned: plan.cordoned,
  "not-ready": plan.notReady,
  "shutting-down": plan.shuttingDown,
  leaving: plan.leaving,
  deleting: plan.deleting,
} as const;

/** The kind of that name. Throws a {@link TestbedError} where there is none. */
export function kindOf(name: string): FaultKind {
  if (!Object.hasOwn(FAULT_KINDS, name))
    throw new TestbedError(
      `${name} is no kind of fault; allowed: ${Object.keys(FAULT_KINDS).join(", ")}`,
    );
  return FAULT_KINDS[name as keyof typeof FAULT_KINDS] as unknown as FaultKind;
}
