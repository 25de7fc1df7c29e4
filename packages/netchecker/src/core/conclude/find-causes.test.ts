import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aView,
  between,
  failing,
  type Fault,
  fromNodes,
  under,
} from "../../../tests/support/a-round.ts";
import type { ClusterView } from "../cluster-view.ts";
import { findCauses } from "./find-causes.ts";
import { emptyLatencyHistory } from "./latency-history.ts";

const N = (index: number) => `node-${index}`;
const into = (n: number) => (from: string, to: string) => to === N(n) && from !== to;
const outOf = (n: number) => (from: string, to: string) => from === N(n) && from !== to;
const atAll = (n: number) => (_: string, to: string) => to === N(n);
const anyCross = (n: number) => (from: string, to: string) =>
  from !== to && (from === N(n) || to === N(n));
const outside = (n: number) =>
  fromNodes((from) => from === N(n), ["clusterip", "dns", "connect"], failing("connect_timeout"));

interface Given {
  readonly view?: ClusterView;
  readonly silent?: readonly string[];
}

function causesOf(nodes: number, faults: readonly Fault[], given: Given = {}) {
  const view = given.view ?? aView(nodes);
  const round = aClosedRound(view, { finds: under(...faults), silent: given.silent ?? [] });
  return findCauses(round, view, emptyLatencyHistory());
}

/** What matters of causes, in one line each. */
function inShort(nodes: number, faults: readonly Fault[], given: Given = {}): string[] {
  return causesOf(nodes, faults, given).map(
    ({ kind, nodes: at, peers, direction, layer, severity }) =>
      `${severity} ${kind} [${at.join()}] [${peers.join()}] ${direction} ${layer}`,
  );
}

const groups = (some: readonly number[], others: readonly number[]) => {
  const a = new Set(some.map(N));
  const b = new Set(others.map(N));
  return (from: string, to: string) => (a.has(from) && b.has(to)) || (b.has(from) && a.has(to));
};

const firstTo = (from: readonly number[], to: readonly number[]) => {
  const a = new Set(from.map(N));
  const b = new Set(to.map(N));
  return (source: string, target: string) => a.has(source) && b.has(target);
};

describe("findCauses", () => {
  it("finds nothing in a healthy mesh", () => {
    expect(inShort(5, [])).toEqual([]);
  });

  it.each<[string, readonly Fault[], readonly string[], readonly string[]]>([
    [
      "node that is down",
      [between(into(3), failing("connect_timeout"))],
      [N(3)],
      ["critical node-down [node-3] [] both node"],
    ],
    [
      "node that is cut off inwards",
      [between(into(3))],
      [],
      ["critical node-cut-off [node-3] [] in node"],
    ],
    [
      "node that is cut off outwards",
      [between(outOf(3)), outside(3)],
      [],
      ["critical node-cut-off [node-3] [] out node"],
    ],
    [
      "node that is cut off both ways and reports",
      [between(anyCross(3)), outside(3)],
      [],
      ["critical node-cut-off [node-3] [] both node"],
    ],
    [
      "pod network that fails inwards",
      [between(into(3), failing("connect_timeout"), ["echo"])],
      [],
      ["critical pod-network [node-3] [] in pod-network"],
    ],
    [
      "pod network that fails outwards",
      [
        between(outOf(3), failing("connect_timeout"), ["echo"]),
        fromNodes((from) => from === N(3), ["clusterip"]),
        fromNodes((from) => from === N(3), ["dns"], failing("dns_failure")),
      ],
      [],
      ["critical pod-network [node-3] [] out pod-network"],
    ],
    [
      "pod network that fails both ways, so that no report gets out",
      [between(anyCross(3), failing("connect_timeout"), ["echo"])],
      [N(3)],
      ["critical pod-network [node-3] [] both pod-network"],
    ],
    [
      "route that fails both ways",
      [between(groups([2], [4]))],
      [],
      ["warning route [node-2] [node-4] both node"],
    ],
    [
      "route that fails one way",
      [between(firstTo([4], [2]))],
      [],
      ["warning route [node-4] [node-2] out node"],
    ],
    [
      "partition",
      [between(groups([1, 2], [3, 4, 5]))],
      [],
      ["critical partition [node-1,node-2] [node-3,node-4,node-5] both node"],
    ],
    [
      "partition of the pod network alone, one way",
      [between(firstTo([3, 4, 5], [1, 2]), failing("connect_timeout"), ["echo"])],
      [],
      ["critical partition [node-1,node-2] [node-3,node-4,node-5] in pod-network"],
    ],
    [
      "MTU black hole towards a node",
      [
        between(into(3), failing("large_request_timeout"), ["echo"]),
        between(outOf(3), failing("large_response_timeout"), ["echo"]),
      ],
      [],
      ["warning mtu [node-3] [] in pod-network"],
    ],
    [
      "MTU black hole both ways",
      [between(anyCross(3), failing("large_request_timeout"), ["echo"])],
      [],
      ["warning mtu [node-3] [] both pod-network"],
    ],
    [
      "MTU black hole between two",
      [
        between(firstTo([2], [4]), failing("large_request_timeout"), ["echo"]),
        between(firstTo([4], [2]), failing("large_response_timeout"), ["echo"]),
      ],
      [],
      ["warning mtu [node-2] [node-4] out pod-network"],
    ],
    [
      "MTU black hole between groups",
      [between(groups([1, 2], [3, 4, 5]), failing("large_request_timeout"), ["echo"])],
      [],
      ["warning mtu [node-1,node-2] [node-3,node-4,node-5] both pod-network"],
    ],
    [
      "kube-proxy that serves no NodePort",
      [between(atAll(3), failing("connect_timeout"), ["nodeport"])],
      [],
      ["warning node-port [node-3] [] in service"],
    ],
    [
      "pong that is dead",
      [between(atAll(3), failing("connection_refused"), ["echo", "nodeport"])],
      [],
      ["warning pong [node-3] [] null process"],
    ],
    [
      "pong that hangs",
      [between(atAll(3), failing("response_timeout"), ["echo", "nodeport"])],
      [],
      ["warning pong [node-3] [] null process"],
    ],
    [
      "firewall that rejects towards a node",
      [between(into(3), failing("connection_refused"))],
      [],
      ["warning firewall [node-3] [] in node"],
    ],
    [
      "firewall that rejects between groups",
      [between(groups([1, 2], [3, 4, 5]), failing("host_unreachable"))],
      [],
      ["warning firewall [node-1,node-2] [node-3,node-4,node-5] both node"],
    ],
    [
      "wrong answerer",
      [between(into(3), failing("wrong_responder"), ["echo"])],
      [],
      ["warning wrong-answerer [node-3] [] null pod-network"],
    ],
    [
      "kube-proxy that serves no ClusterIP",
      [
        fromNodes((from) => from === N(3), ["clusterip"]),
        fromNodes((from) => from === N(3), ["dns"], failing("dns_failure")),
      ],
      [],
      ["critical cluster-ip [node-3] [] out service"],
    ],
    [
      "DNS that answers nobody",
      [fromNodes(() => true, ["dns"], failing("dns_failure"))],
      [],
      ["critical dns [] [] null dns"],
    ],
    [
      "DNS that refuses one node",
      [fromNodes((from) => from === N(3), ["dns"], failing("dns_failure", { detail: "EREFUSED" }))],
      [],
      ["warning dns [node-3] [] null dns"],
    ],
    [
      "DNS that lies",
      [fromNodes(() => true, ["dns"], failing("dns_mismatch", { detail: "10.9.9.9" }))],
      [],
      ["critical dns-answer [] [] null dns"],
    ],
    [
      "outside target that nobody reaches",
      [fromNodes(() => true, ["connect"])],
      [],
      ["warning external-target [] [] out external"],
    ],
    ["agent that is silent", [], [N(3)], ["warning agent-silent [node-3] [] null reporting"]],
    [
      "prober that ran out of ports",
      [between(outOf(3), failing("local_exhaustion"))],
      [],
      ["warning local-exhaustion [node-3] [] null process"],
    ],
  ])("names a %s", (_, faults, silent, expected) => {
    expect(inShort(5, faults, { silent })).toEqual(expected);
  });
});
