import { describe, expect, it } from "vitest";
import {
  across,
  aNode,
  aView,
  between,
  failing,
  fromNodes,
  into,
  nodeName,
  way,
  OK,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";

const N = nodeName;
const TIMES_OUT = failing("connect_timeout");
const NO_DNS = failing("dns_failure");
const own = (n: number) => (_: string, to: string) => to === N(n);

describe("several causes at once", () => {
  it("are each named: a node down, the pod network of another, a hung pong", () => {
    const faults = [
      between(into(2)),
      between(into(5), TIMES_OUT, ["echo"]),
      between(own(7), failing("response_timeout"), ["echo", "nodeport"]),
    ];
    expect(inShort(10, faults, { silent: [N(2)] })).toEqual([
      "critical node-down [node-2] [] both node",
      "critical pod-network [node-5] [] in pod-network",
      "warning pong [node-7] [] null process",
    ]);
  });

  it("are each named: a partition, and a hung pong on one side of it", () => {
    const faults = [
      between(across(1, 2, 3)),
      between(own(7), failing("response_timeout"), ["echo", "nodeport"]),
    ];
    expect(inShort(10, faults)).toEqual([
      "critical partition [node-1,node-2,node-3] [node-4,node-5,node-6,node-7,node-8,node-9,node-10] both node",
      "warning pong [node-7] [] null process",
    ]);
  });

  it("are each named: a partition, and the pod network of a node on one side of it", () => {
    const faults = [between(across(1, 2, 3)), between(across(7), TIMES_OUT, ["echo"])];
    expect(inShort(10, faults)).toEqual([
      "critical partition [node-1,node-2,node-3] [node-4,node-5,node-6,node-7,node-8,node-9,node-10] both node",
      "critical pod-network [node-7] [] both pod-network",
    ]);
  });

  it("are each named: DNS everywhere, and one node's kube-proxy", () => {
    const faults = [
      fromNodes((from) => from === N(4), ["clusterip"]),
      fromNodes(() => true, ["dns"], NO_DNS),
    ];
    expect(inShort(10, faults).toSorted()).toEqual([
      "critical dns [] [] null dns",
      "info cluster-ip [node-4] [] out service",
    ]);
  });

  it("are one: another pod answers, and what few packets are lost on the way to it are no pod network", () => {
    const faults = [
      between(way(5, 3), TIMES_OUT, ["echo"]),
      between(way(6, 3), TIMES_OUT, ["echo"]),
      between((_, to) => to === N(3), failing("wrong_responder"), ["echo"]),
    ];
    const kinds = causesOf(12, faults).map(({ kind }) => kind);
    expect(kinds).toContain("wrong-answerer");
    expect(kinds).not.toContain("pod-network");
  });

  it.each([
    ["what they send", "large_response_timeout", "out"],
    ["what is sent to them", "large_request_timeout", "in"],
  ] as const)(
    "are one: many agents are silent, and %s is lost where it is large",
    (_, reason, direction) => {
      const silent = [1, 2, 3, 4].map(N);
      const hole = between(
        (from, to) => !silent.includes(from) && silent.includes(to),
        failing(reason),
        ["echo"],
      );
      expect(inShort(12, [hole], { silent })).toEqual([
        `warning mtu [${silent.join()}] [${[5, 6, 7, 8, 9, 10, 11, 12].map(N).join()}] ${direction} pod-network`,
      ]);
    },
  );

  it("are each named: an MTU hole between groups, and a silent agent of a group that reports", () => {
    const hole = between(across(1, 2, 3, 4), failing("large_request_timeout"), ["echo"]);
    expect(inShort(12, [hole], { silent: [N(2)] }).map((line) => line.split(" ")[1])).toEqual([
      "mtu",
      "agent-silent",
    ]);
  });

  it("are each named: two nodes with the same fault, and a route", () => {
    const faults = [
      between(into(2), TIMES_OUT, ["echo"]),
      between(into(3), TIMES_OUT, ["echo"]),
      between(way(6, 8)),
      between(way(8, 6)),
    ];
    expect(inShort(10, faults)).toEqual([
      "critical pod-network [node-2] [] in pod-network",
      "critical pod-network [node-3] [] in pod-network",
      "warning route [node-6] [node-8] both node",
    ]);
  });
});

describe("what looks alike", () => {
  it("is no dead backend, where the service draws one behind a broken node at random", () => {
    // One connection that meets the same one of ten backends three times: one agent in 300 has such bad luck.
    const unlucky = (from: string) => from === N(4);
    const answeredBy = [{ pod: "pong-1", node: N(1), connections: 2 }];
    const faults = [
      between(into(5), TIMES_OUT, ["echo"]),
      fromNodes(unlucky, ["clusterip"], { ...TIMES_OUT, answeredBy }),
    ];
    const [only, ...others] = causesOf(10, faults);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "pod-network", evidence: { explains: 10, ofFailures: 10 } });
  });

  it("is a dead backend, where every pong answers and the service now and then does not", () => {
    const unlucky = (from: string) => [N(4), N(7), N(9)].includes(from);
    const answeredBy = [{ pod: "pong-1", node: N(1), connections: 2 }];
    const faults = [
      fromNodes(unlucky, ["clusterip"], { ...TIMES_OUT, answeredBy }),
      fromNodes(() => true, ["clusterip"], { ...OK, attempts: 2 }),
    ];
    expect(inShort(10, faults)).toEqual(["warning service-backend [] [] null service"]);
  });

  it("is one agent that reaches nothing, not a cluster that is down", () => {
    const faults = [
      between((from) => from === N(3)),
      fromNodes((from) => from === N(3), ["clusterip", "dns", "connect"]),
    ];
    const [only, ...others] = causesOf(8, faults);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "node-cut-off", nodes: [N(3)], direction: "out" });
    expect(only!.candidates).toContain("local-exhaustion");
  });

  it("is the kube-proxy of a node, not its pong, where only the NodePort fails", () => {
    expect(inShort(6, [between(own(2), TIMES_OUT, ["nodeport"])])).toEqual([
      "warning node-port [node-2] [] in service",
    ]);
  });

  it("is a firewall, not a dead pong, where its own node's agent is answered", () => {
    const faults = [between(into(2), failing("connection_refused"), ["echo"])];
    expect(inShort(6, faults)).toEqual(["warning firewall [node-2] [] in pod-network"]);
  });

  it("is DNS that went with its node, and no second alarm, where only that node's agent finds it", () => {
    const faults = [
      between(into(5), TIMES_OUT, ["echo"]),
      fromNodes((from) => from !== N(5), ["dns"], NO_DNS),
    ];
    expect(inShort(10, faults)).toEqual(["critical pod-network [node-5] [] in pod-network"]);
  });

  it("is a cause of its own, DNS, where that node's agent misses it as well", () => {
    const faults = [between(into(5), TIMES_OUT, ["echo"]), fromNodes(() => true, ["dns"], NO_DNS)];
    expect(inShort(10, faults)).toContain("critical dns [] [] null dns");
  });

  it("is an alarm of its own, DNS, where nobody has any, not even a node that is cut off and reports", () => {
    const faults = [between(across(5)), fromNodes(() => true, ["dns"], NO_DNS)];
    expect(inShort(10, faults)).toEqual([
      "critical node-cut-off [node-5] [] both node",
      "critical dns [] [] null dns",
    ]);
  });

  it("is an alarm of its own, DNS, where nobody has any, though a silent node may have had its servers", () => {
    const faults = [between(into(5)), fromNodes(() => true, ["dns"], NO_DNS)];
    const causes = causesOf(10, faults, { silent: [N(5)] });
    expect(causes.map(({ kind, severity }) => [kind, severity])).toEqual([
      ["node-down", "critical"],
      ["dns", "critical"],
    ]);
    expect(causes[1]!.candidates).toEqual(["node-down"]);
    expect(causes[1]!.summary).toContain("its servers may have been on node-5, which is broken");
  });

  it("is the way out, not each target, where all of them fail from everywhere", () => {
    const faults = [fromNodes(() => true, ["connect"])];
    const [only] = causesOf(6, faults);
    expect(only).toMatchObject({
      kind: "external-target",
      target: "outside.example:443",
      candidates: ["egress"],
    });
  });
});

describe("groups", () => {
  const ZONE = "topology.kubernetes.io/zone";
  const zoned = (nodes: number) =>
    aView(nodes, {
      nodes: Array.from({ length: nodes }, (_, index) =>
        aNode(index + 1, { labels: { [ZONE]: index < 3 ? "a" : "b" } }),
      ),
    });

  it("are named by what their nodes have in common", () => {
    const view = zoned(8);
    const [only] = causesOf(8, [between(across(1, 2, 3))], { view });
    expect(only!.summary).toMatch(/^zone a \(node-1, node-2, node-3\) ↔ zone b \(node-4, /);
  });

  it("that fall silent together are apart rather than down, where they are a whole zone", () => {
    const silent = [N(1), N(2), N(3)];
    const [only, ...others] = causesOf(8, [between(across(1, 2, 3))], { view: zoned(8), silent });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "partition", nodes: silent, candidates: ["node-down"] });
  });

  it("are not seen in two nodes that fall silent, and have nothing in common", () => {
    const faults = [between(into(3)), between(into(4))];
    expect(inShort(8, faults, { view: zoned(8), silent: [N(3), N(4)] })).toEqual([
      "critical node-down [node-3] [] both node",
      "critical node-down [node-4] [] both node",
    ]);
  });

  it("are not blamed where neighbours say that each node is gone", () => {
    const silent = [N(1), N(2), N(3)];
    const faults = [between(across(1, 2, 3), failing("host_unreachable"))];
    const causes = causesOf(8, faults, { view: zoned(8), silent });
    expect(causes.map(({ kind, nodes }) => [kind, nodes])).toEqual([["node-down", silent]]);
    expect(causes[0]!.summary).toBe(
      "zone a (node-1, node-2, node-3): 3 nodes are down: none of the others reaches them (15 of 15 pairs), and nothing is heard of them. Their neighbours say that they are gone (host_unreachable). Kubernetes still calls them Ready. Look at what they share (power, switch, zone), then at the machines.",
    );
  });

  it("of one node are that node", () => {
    expect(inShort(8, [between(across(4))])).toEqual([
      "critical node-cut-off [node-4] [] both node",
    ]);
  });

  it("of which all but one are silent are one node that is cut off", () => {
    const silent = [2, 3, 4, 5, 6].map(N);
    expect(inShort(6, [between(across(1))], { silent })).toEqual([
      "critical node-cut-off [node-1] [] both node",
    ]);
  });
});
