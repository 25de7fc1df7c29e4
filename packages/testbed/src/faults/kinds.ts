import { TestbedError } from "../testbed-error.ts";
import { clockOff, pingDead, pingHung, pingStarved, portsExhausted } from "./agent-faults.ts";
import {
  apiAway,
  apiEmpty,
  apiHung,
  apiNever,
  leaseTaken,
  netcheckerKilled,
  netcheckerRestarted,
  redisDown,
  redisFull,
  redisLargeLost,
  redisPassword,
  redisPaused,
  redisReadOnly,
  redisRestarted,
  redisSlow,
  watchExpired,
} from "./control-faults.ts";
import { dnsDown, dnsSlow, dnsWrong } from "./dns-faults.ts";
import {
  dnsUnreachable,
  nodeCutOff,
  noWayOut,
  podNetwork,
  redisUnreachable,
} from "./filter-faults.ts";
import type { FaultKind } from "./fault.ts";
import { kubeProxy, kubeProxyStale } from "./kube-proxy-faults.ts";
import { kubeletDown } from "./kubelet-faults.ts";
import { mtuBlackHole, nodeDown, packetLoss, partition } from "./link-faults.ts";
import { cordoned, deleting, leaving, notReady, shuttingDown } from "./plan-faults.ts";
import { backendDead, pongDead, pongHung, pongOverloaded, pongSlow } from "./pong-faults.ts";
import { route } from "./route-faults.ts";
import { wrongAnswerer } from "./wrong-answerer.ts";

/**
 * Every way to break the cluster, by the name that the command line and scenarios use. A full conntrack table is not
 * among them: only the first network namespace may set nf_conntrack_max, and that is not ours to break.
 */
export const FAULT_KINDS = {
  "node-down": nodeDown,
  "node-cut-off": nodeCutOff,
  "pod-network": podNetwork,
  route,
  "packet-loss": packetLoss,
  partition,
  mtu: mtuBlackHole,
  "kube-proxy": kubeProxy,
  "kube-proxy-stale": kubeProxyStale,
  "dns-down": dnsDown,
  "dns-slow": dnsSlow,
  "dns-wrong": dnsWrong,
  "dns-unreachable": dnsUnreachable,
  "no-way-out": noWayOut,
  "wrong-answerer": wrongAnswerer,
  "pong-hung": pongHung,
  "pong-slow": pongSlow,
  "pong-overloaded": pongOverloaded,
  "pong-dead": pongDead,
  "backend-dead": backendDead,
  "ping-dead": pingDead,
  "ping-hung": pingHung,
  "ping-starved": pingStarved,
  "ports-exhausted": portsExhausted,
  "clock-off": clockOff,
  "kubelet-down": kubeletDown,
  "redis-unreachable": redisUnreachable,
  "redis-down": redisDown,
  "redis-restarted": redisRestarted,
  "redis-slow": redisSlow,
  "redis-read-only": redisReadOnly,
  "redis-full": redisFull,
  "redis-paused": redisPaused,
  "redis-password": redisPassword,
  "redis-large-lost": redisLargeLost,
  "lease-taken": leaseTaken,
  "api-away": apiAway,
  "api-never": apiNever,
  "api-empty": apiEmpty,
  "api-hung": apiHung,
  "watch-expired": watchExpired,
  "netchecker-killed": netcheckerKilled,
  "netchecker-restarted": netcheckerRestarted,
  cordoned,
  "not-ready": notReady,
  "shutting-down": shuttingDown,
  leaving,
  deleting,
} as const;

/** The kind of that name. Throws a {@link TestbedError} where there is none. */
export function kindOf(name: string): FaultKind {
  if (!Object.hasOwn(FAULT_KINDS, name))
    throw new TestbedError(
      `${name} is no kind of fault; allowed: ${Object.keys(FAULT_KINDS).join(", ")}`,
    );
  return FAULT_KINDS[name as keyof typeof FAULT_KINDS] as unknown as FaultKind;
}
