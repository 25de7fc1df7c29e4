import { isIP } from "node:net";
import {
  type Environment,
  integer,
  ipAddress,
  isHostPort,
  kubernetesName,
  list,
  listenSpecs,
  logLevel,
  readConfig,
  redisSpecs,
} from "@netchecker/runtime/config";

/** `ip`, `ip:port` or `[v6]:port`, the forms that node:dns takes. */
function dnsServerFault(item: string): string | null {
  const host = /^\[(.+)\](?::\d+)?$/.exec(item)?.[1] ?? item.replace(/^([^:]+):\d+$/, "$1");
  const fits = isIP(host) !== 0 && (isIP(item) !== 0 || isHostPort(item));
  return fits ? null : "ip, ip:port or [v6]:port, separated by commas";
}

const probeSpecs = {
  PROBE_TIMEOUT_MS: integer({ min: 100, max: 10_000 })({ default: 1_000 }),
  DNS_SERVERS: list(dnsServerFault)({ default: [] }),
};

/**
 * Who this agent is, where Redis is, and how to probe. Throws a ConfigError that names every bad
 * variable.
 */
export function readPingConfig(env: Environment) {
  return readConfig(env, {
    POD_NAME: kubernetesName(),
    NODE_NAME: kubernetesName(),
    POD_IP: ipAddress(),
    ...redisSpecs,
    ...probeSpecs,
    PROBE_ATTEMPTS: integer({ min: 1, max: 9 })({ default: 3 }),
    PROBE_CONCURRENCY: integer({ min: 1, max: 4_096 })({ default: 256 }),
    SERVICE_CONNECTIONS: integer({ min: 1, max: 20 })({ default: 3 }),
    ...listenSpecs,
    LOG_LEVEL: logLevel({ default: "info" }),
  });
}

export type PingConfig = ReturnType<typeof readPingConfig>;

/**
 * The variables of an agent that a probe by hand uses. All are optional. Throws like {@link
 * readPingConfig}.
 */
export function readProbeConfig(env: Environment) {
  return readConfig(env, { POD_IP: ipAddress({ default: undefined }), ...probeSpecs });
}
