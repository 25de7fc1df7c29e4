import { expect, test } from "vitest";
import { refusedTargets } from "./target-bounds.ts";

const AGENT = "10.244.1.5";

test.each([
  ["pod", "169.254.169.254:80"],
  ["node", "[fd00:ec2::254]:80"],
  ["external", "http://169.254.169.254/latest/meta-data/"],
  ["external", "http://[::ffff:169.254.169.254]/"],
  ["external", "http://0xa9fea9fe/"],
  ["pod", "127.0.0.1:2379"],
  ["external", "127.0.0.1:10248"],
  ["service", "[::1]:8080"],
  ["node", "169.254.20.10:53"],
  ["node", "[fe80::1]:10250"],
  ["pod", "224.0.0.1:8080"],
  ["pod", "255.255.255.255:8080"],
  ["pod", "0.0.0.0:8080"],
  ["node", "[ff02::1]:10250"],
] as const)("no agent dials a %s at %s", (type, address) => {
  expect(refusedTargets({ type, address: [address] }, AGENT).size).toBe(1);
});

test.each([
  ["pod", "10.244.2.6:8080"],
  ["pod", "240.1.2.3:8080"],
  ["pod", "100.100.100.200:8080"],
  ["node", "[fd00::2]:10250"],
  ["external", "169.254.20.10:53"],
  ["external", "https://example.org/a"],
  ["external", "localhost.example:80"],
  ["service", "10.96.0.10"],
] as const)("an agent dials a %s at %s", (type, address) => {
  expect(refusedTargets({ type, address: [address] }, AGENT).size).toBe(0);
});

test("an agent that lives on loopback dials loopback", () => {
  expect(refusedTargets({ type: "pod", address: ["127.0.0.1:80"] }, "127.18.1.1").size).toBe(0);
});

test("of 16,000 targets on one address, only a few are probed", () => {
  const address = Array.from({ length: 16_000 }, (_, at) => `10.0.0.7:${at + 1}`);
  expect(refusedTargets({ type: "pod", address }, AGENT).size).toBe(16_000 - 16);
  const distinct = address.map((_, at) => `10.1.${at >> 8}.${at & 255}:8080`);
  expect(refusedTargets({ type: "pod", address: distinct }, AGENT).size).toBe(0);
});
