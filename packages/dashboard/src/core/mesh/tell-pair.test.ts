import { latencyCode } from "@netchecker/contract";
import { expect, it } from "vitest";
import { aMesh, aNode, aPlane } from "../../../tests/support/a-mesh.ts";
import { namespaceOf, probeCommand } from "./probe-command.ts";
import { checksBetween, tellCheck } from "./tell-pair.ts";

it("gives each check between two nodes in one direction", () => {
  const mesh = aMesh(
    [aNode("a"), aNode("b", { planned: "node_cordoned" })],
    [
      aPlane("echo", ["ac", "aa"], { attempts: ["13", "11"] }),
      aPlane("tcp", ["aa", "a."], {
        latencies: [
          btoa(String.fromCharCode(0, latencyCode(0.5))),
          btoa(String.fromCharCode(0, 0)),
        ],
      }),
    ],
  );
  expect(checksBetween(mesh, 0, 1).map((check) => tellCheck(check, false))).toEqual([
    "pod echo: connection refused (3 attempts, planned)",
    expect.stringMatching(/^node TCP: ok \(0\.(49|50|5|51)\d* ms\)$/),
  ]);
  expect(checksBetween(mesh, 1, 1).map((check) => tellCheck(check, true))).toEqual([
    "pod echo IPv4: ok",
    "node TCP IPv4: not kept (planned)",
  ]);
});

it("says what a check counts as, and whether its agent is starting", () => {
  const mesh = aMesh(
    [aNode("a"), aNode("b", { planned: "node_returning" })],
    [aPlane("echo", ["ab", "oa"])],
  );
  const [towards] = checksBetween(mesh, 0, 1);
  const [from] = checksBetween(mesh, 1, 0);
  expect([towards!.counts, from!.counts]).toEqual(["planned", "unknown"]);
  expect(tellCheck(from!, false)).toBe("pod echo: not measured (starting)");
});

it.each([
  ["echo", "10.0.0.1:8080", "http://10.0.0.1:8080/echo"],
  ["nodeport", "[fd00::1]:32088", "http://[fd00::1]:32088/echo"],
  ["tcp", "10.0.0.1:10250", "tcp://10.0.0.1:10250"],
  ["connect", "example.org:443", "tcp://example.org:443"],
  ["http", "https://example.org/x", "https://example.org/x"],
  ["dns", "10.96.0.10", "dns://pong-svc"],
] as const)("%s of %s is probed by hand as %s", (check, address, url) => {
  expect(probeCommand("ops", "ping-a", { check, address, name: "pong-svc" })).toBe(
    `kubectl -n ops exec ping-a -- node main.js --probe ${url}`,
  );
});

it("gives no command without a pod or an address", () => {
  expect(probeCommand("ops", null, { check: "tcp", address: "a:1", name: null })).toBeNull();
  expect(probeCommand("ops", "ping-a", { check: "tcp", address: null, name: null })).toBeNull();
});

it("reads the namespace from the service's full name", () => {
  const target = {
    node: null,
    name: "pong-svc.ops.svc.cluster.local",
    address: "x",
    planned: null,
  };
  const dns = aPlane("dns", [], { type: "service", targets: [target] });
  expect(namespaceOf(aMesh([], [dns]))).toBe("ops");
  expect(namespaceOf(aMesh([], []))).toBe("netchecker");
});
