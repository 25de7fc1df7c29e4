import { expect, test } from "vitest";
import { readPingConfig } from "./config.ts";

const good = { POD_NAME: "ping-a", NODE_NAME: "node-1", POD_IP: "10.0.0.9" };

test("a variable that is not set has its default", () => {
  expect(readPingConfig(good)).toMatchObject({
    ...good,
    REDIS_HOST: "redis:6379",
    REDIS_PREFIX: "netchecker:",
    PROBE_TIMEOUT_MS: 1_000,
    PROBE_ATTEMPTS: 3,
    PROBE_CONCURRENCY: 256,
    SERVICE_CONNECTIONS: 3,
    DNS_SERVERS: [],
    PORT: 8080,
    LOG_LEVEL: "info",
  });
});

test.each(["10.96.0.10", "10.96.0.10:5353", "fd00::a", "[fd00::a]:53", "10.0.0.1, 10.0.0.2:53"])(
  "DNS_SERVERS may be %s",
  (servers) => {
    expect(readPingConfig({ ...good, DNS_SERVERS: servers }).DNS_SERVERS).toEqual(
      servers.split(", "),
    );
  },
);

const SERVERS = "ip, ip:port or [v6]:port, separated by commas";

test.each([
  ["POD_NAME", undefined, "POD_NAME is missing"],
  ["NODE_NAME", "", "NODE_NAME is missing"],
  [
    "POD_NAME",
    "Ping A",
    'POD_NAME is "Ping A"; allowed: a Kubernetes name: lower-case letters, digits, . and -',
  ],
  ["POD_IP", "here", 'POD_IP is "here"; allowed: an IP address'],
  ["POD_IP", "1.2.3", 'POD_IP is "1.2.3"; allowed: an IP address'],
  ["PROBE_TIMEOUT_MS", "99", 'PROBE_TIMEOUT_MS is "99"; allowed: a whole number from 100 to 10000'],
  ["PROBE_ATTEMPTS", "10", 'PROBE_ATTEMPTS is "10"; allowed: a whole number from 1 to 9'],
  ["PROBE_CONCURRENCY", "0", 'PROBE_CONCURRENCY is "0"; allowed: a whole number from 1 to 4096'],
  ["SERVICE_CONNECTIONS", "x", 'SERVICE_CONNECTIONS is "x"; allowed: a whole number from 1 to 20'],
  [
    "DNS_SERVERS",
    "10.0.0.1,dns.local",
    `DNS_SERVERS is "10.0.0.1,dns.local"; allowed: ${SERVERS} (not "dns.local")`,
  ],
  [
    "DNS_SERVERS",
    "10.0.0.1:0",
    `DNS_SERVERS is "10.0.0.1:0"; allowed: ${SERVERS} (not "10.0.0.1:0")`,
  ],
  ["REDIS_HOST", "redis", 'REDIS_HOST is "redis"; allowed: host:port, such as redis:6379'],
  ["PORT", "65536", 'PORT is "65536"; allowed: a whole number from 1 to 65535'],
])("names a bad %s (%s)", (name, value, message) => {
  expect(() => readPingConfig({ ...good, [name]: value })).toThrow(
    expect.objectContaining({ name: "ConfigError", message }),
  );
});

test("names all faults at once", () => {
  expect(() => readPingConfig({ PORT: "x" })).toThrow(/POD_NAME[^]*NODE_NAME[^]*POD_IP[^]*PORT/);
});
