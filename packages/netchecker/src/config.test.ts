import { ConfigError } from "@netchecker/runtime/config";
import { describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

describe("readConfig", () => {
  it("needs no variable, and has the documented defaults", () => {
    expect(readConfig({})).toMatchObject({
      REDIS_HOST: "redis:6379",
      PORT: 8080,
      ROUND_INTERVAL_MS: 60_000,
      ROUND_TIMEOUT_MS: 45_000,
      NODE_STARTUP_MS: 600_000,
      HISTORY_FULL_ROUNDS: 60,
      HISTORY_ROUNDS: 1_440,
      EXTERNAL_TARGETS: [],
    });
  });

  it("takes an empty variable for an absent one", () => {
    expect(readConfig({ API_TOKEN: "", PORT: "" })).toMatchObject({
      API_TOKEN: undefined,
      PORT: 8080,
    });
  });

  it.each([
    "Infinity",
    "1e309",
    "1e4",
    "0x1F90",
    " 8080 ",
    "8080.0",
    "NaN",
    "+8080",
    "9".repeat(400),
  ])("refuses a number that is not written as a plain whole one: %j", (value) => {
    for (const name of ["PORT", "ROUND_INTERVAL_MS", "HISTORY_ROUNDS", "NODE_STARTUP_MS"])
      expect(() => readConfig({ [name]: value })).toThrow(
        `${name} is ${JSON.stringify(value)}; allowed: a whole number from `,
      );
  });

  it.each([
    [{ PORT: "0" }, 'PORT is "0"; allowed: a whole number from 1 to 65535'],
    [{ PORT: "8080x" }, 'PORT is "8080x"; allowed: a whole number from 1 to 65535'],
    [{ REDIS_HOST: "redis" }, 'REDIS_HOST is "redis"; allowed: host:port, such as redis:6379'],
    [
      { REDIS_URL: "http://user:password@redis" },
      "REDIS_URL is not shown; allowed: redis://… or rediss://…",
    ],
    [
      { LOG_LEVEL: "loud" },
      'LOG_LEVEL is "loud"; allowed: trace, debug, info, warn, error, fatal, silent',
    ],
    [{ API_TOKEN: "short" }, "API_TOKEN is not shown; allowed: 16 to 512 visible ASCII characters"],
    [
      { NAMESPACE: "Net Checker" },
      'NAMESPACE is "Net Checker"; allowed: a Kubernetes name: lower-case letters, digits, . and -',
    ],
    [
      { EXTERNAL_TARGETS: "1.1.1.1:53,nowhere" },
      'EXTERNAL_TARGETS is "1.1.1.1:53,nowhere"; allowed: host:port or an http(s) URL, comma-separated (not "nowhere")',
    ],
    [
      { EXTERNAL_TARGETS: "a.example:80,\u202eb.example:80" },
      'EXTERNAL_TARGETS is "a.example:80,\u202eb.example:80"; allowed: characters that can be seen (not "\u202eb.example:80")',
    ],
    [
      { ROUND_INTERVAL_MS: "10000", ROUND_TIMEOUT_MS: "10000" },
      'ROUND_TIMEOUT_MS is "10000"; allowed: less than ROUND_INTERVAL_MS (10000)',
    ],
    [
      { NODE_STARTUP_MS: "10m" },
      'NODE_STARTUP_MS is "10m"; allowed: a whole number from 1000 to 3600000',
    ],
  ])("refuses %o", (env, message) => {
    expect(() => readConfig(env)).toThrow(new ConfigError(message));
  });

  it("accepts only as many external targets as fit into a list", () => {
    const targets = (count: number) =>
      Array.from({ length: count }, (_, at) => `host-${at}:80`).join(",");
    expect(readConfig({ EXTERNAL_TARGETS: targets(1_000) }).EXTERNAL_TARGETS).toHaveLength(1_000);
    expect(() => readConfig({ EXTERNAL_TARGETS: targets(1_001) })).toThrow(
      "allowed: at most 1000 items (not 1001)",
    );
    expect(() => readConfig({ EXTERNAL_TARGETS: `http://${"h".repeat(2_048)}` })).toThrow(
      "allowed: up to 2048 characters each",
    );
  });

  it("names all faults at once", () => {
    expect(() => readConfig({ PORT: "x", HISTORY_ROUNDS: "-1" })).toThrow(
      /PORT is "x".*\n?.*HISTORY_ROUNDS is "-1"/s,
    );
  });
});
