import {
  dnsUnreachable,
  nodeCutOff,
  noWayOut,
  podNetwork,
  redisUnreachable,
} from "./filter-faults.ts";
import { mtuBlackHole, nodeDown, packetLoss, partition } from "./link-faults.ts";

/** Every way to break the cluster, by the name that the command line and scenarios use. */
export const FAULT_KINDS = {
  "node-down": nodeDown,
  "node-cut-off": nodeCutOff,
  "pod-network": podNetwork,
  "packet-loss": packetLoss,
  partition,
  mtu: mtuBlackHole,
  "dns-unreachable": dnsUnreachable,
  "no-way-out": noWayOut,
  "redis-unreachable": redisUnreachable,
} as const;
