import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  across,
  aNode,
  aPod,
  aView,
  between,
  failing,
  type Fault,
  fromNodes,
  into,
  nodeName,
  seeded,
  TIMEOUT,
  under,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";
import { starve } from "../../tests/support/starve.ts";
import { findCauses } from "./find-causes.ts";
import { emptyLatencyHistory } from "../evidence/latency-history.ts";

const N = nodeName;
const TIMES_OUT = failing("connect_timeout");
const own = (n: number) => (_: string, to: string) => to === N(n);
const notProbed = (share: number): Fault => {
  const random = seeded(5);
  return () => (random() < share ? failing("not_probed", { attempts: 0 }) : null);
};

describe("with many outcomes missing", () => {
  it.each([0.3, 0.6, 0.8])("names the same causes while %s of all is not probed", (share) => {
    const faults = [
      notProbed(share),
      between(into(5), TIMES_OUT, ["echo"]),
      between(own(7), failing("response_timeout"), ["echo", "nodeport"]),
    ];
    const kinds = causesOf(40, faults).map(({ kind, nodes }) => `${kind} ${nodes.join()}`);
    expect(kinds.slice(0, 2)).toEqual(["pod-network node-5", "pong node-7"]);
  });

  it("never blames the network for what was not measured", () => {
    expect(inShort(10, [notProbed(0.9)])).toEqual([]);
  });

  it("does not blame a node for what a single agent says of it", () => {
    const silent = [3, 4, 5, 6].map(N);
    const causes = causesOf(6, [between((from, to) => from === N(1) && to === N(3))], { silent });
    expect(causes.map(({ kind }) => kind)).not.toContain("node-down");
  });
});

describe("tiny clusters", () => {
  it("of one node: a dead pong is found by its own node", () => {
    const faults = [between(own(1), failing("connection_refused"), ["echo", "nodeport"])];
    expect(inShort(1, faults)).toEqual(["warning pong [node-1] [] null process"]);
    expect(inShort(1, [])).toEqual([]);
  });

  it("of two nodes: which one is at fault cannot be told, and is not", () => {
    const [only, ...others] = causesOf(2, [between(across(1))]);
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      kind: "undetermined",
      nodes: [N(1)],
      peers: [N(2)],
      candidates: ["route", "node-cut-off"],
    });
    expect(only!.summary).toContain("Cannot tell");
  });

  it("of two nodes: the silent one is the one that is down", () => {
    expect(inShort(2, [between(into(2))], { silent: [N(2)] })).toEqual([
      "critical node-down [node-2] [] both node",
    ]);
  });

  it("of three nodes: one that is cut off inwards", () => {
    expect(inShort(3, [between(into(2))])).toEqual(["critical node-cut-off [node-2] [] in node"]);
  });

  it("without a service, or targets outside: nothing is missed", () => {
    const view = aView(4, { service: null });
    expect(inShort(4, [], { view })).toEqual([]);
    expect(inShort(4, [between(into(2), TIMES_OUT, ["echo"])], { view })).toEqual([
      "critical pod-network [node-2] [] in pod-network",
    ]);
  });
});

describe("planned changes", () => {
  const cordoned = aView(5, {
    nodes: [1, 2, 3, 4, 5].map((n) => aNode(n, n === 3 ? { cordoned: true } : {})),
  });

  it("are shown, and are no alarm", () => {
    const causes = causesOf(5, [between(own(3))], { view: cordoned, silent: [N(3)] });
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ kind: "node-down", severity: "info", planned: true });
    expect(causes[0]!.summary).toBe(
      "node-3: not reached (4 of 4), as planned: the node is cordoned.",
    );
  });

  it("do not hide a fault elsewhere", () => {
    const faults = [between(own(3)), between(into(2), TIMES_OUT, ["echo"])];
    const causes = causesOf(5, faults, { view: cordoned, silent: [N(3)] });
    expect(causes.map(({ kind, planned }) => [kind, planned])).toEqual([
      ["pod-network", false],
      ["node-down", true],
    ]);
  });

  it("are not told of while nothing fails", () => {
    expect(inShort(5, [], { view: cordoned })).toEqual([]);
  });
});

describe("agents that are missing", () => {
  it("have no pod, or say nothing, each for itself", () => {
    const view = aView(5);
    const pods = view.pods.filter(({ name }) => name !== "ping-2");
    expect(inShort(5, [], { view: { ...view, pods }, silent: [N(4)] })).toEqual([
      "warning agent-missing [node-2] [] null process",
      "warning agent-silent [node-4] [] null reporting",
    ]);
  });

  it("tell what Kubernetes says of their pod", () => {
    const view = aView(3);
    const problem = "ImagePullBackOff: no such image";
    const pods = view.pods.map((pod) =>
      pod.name === "ping-2" ? { ...pod, ready: false, ips: [], problem } : pod,
    );
    expect(causesOf(3, [], { view: { ...view, pods } })[0]!.summary).toContain(problem);
  });

  it("are not to blame while Redis is away", () => {
    const silent = [1, 2, 3, 4, 5].map(N);
    const causes = causesOf(5, [], { silent, redisAway: true });
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ kind: "undetermined", severity: "info", layer: "reporting" });
  });
});

describe("a prober at fault", () => {
  it("is believed in nothing while it is starved", () => {
    const view = aView(6);
    const round = aClosedRound(view, {
      finds: under(fromNodes((from) => from === N(2), ["echo", "tcp", "nodeport", "clusterip"])),
    });
    const causes = findCauses(starve(round, [2], 900), view, emptyLatencyHistory());
    expect(causes).toHaveLength(1);
    expect(causes[0]).toMatchObject({ kind: "prober-starved", nodes: [N(2)], severity: "info" });
    expect(causes[0]!.evidence).toMatchObject({ explains: 19, ofFailures: 19 });
  });
});

describe("two address families", () => {
  const dual = (n: number) => ({
    addresses: [`192.168.0.${n}`, `fd00::${n}`],
  });
  const view = aView(5, {
    nodes: [1, 2, 3, 4, 5].map((n) => aNode(n, dual(n))),
    pods: [1, 2, 3, 4, 5].flatMap((n) => [
      aPod("ping", n),
      aPod("pong", n, { ips: [`10.2.0.${n}`, `fd01::${n}`] }),
    ]),
    service: {
      name: "pong-svc",
      uid: "pong-svc-uid",
      clusterIPs: ["10.96.0.10", "fd02::10"],
      ports: [{ port: 8080, nodePort: 32_088 }],
    },
  });
  const isSix = (address: string | null) => address?.startsWith("[") ?? false;

  it("of which one is broken at a node: it is said which", () => {
    const six: Fault = (target, from) =>
      target.check === "echo" && target.node === N(3) && from !== N(3) && isSix(target.address)
        ? TIMEOUT
        : null;
    const [only, ...others] = causesOf(5, [six], { view });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "pod-network", nodes: [N(3)], direction: "in" });
    expect(only!.summary).toContain("over IPv6");
  });

  it("that are both broken are one cause", () => {
    const [only, ...others] = causesOf(5, [between(into(3), TIMES_OUT, ["echo"])], { view });
    expect(others).toEqual([]);
    expect(only!.summary).not.toContain("IPv");
    expect(only!.evidence).toMatchObject({ explains: 8, ofFailures: 8 });
  });

  it("of which one is broken between groups: it is said which", () => {
    const six: Fault = (target, from, type) =>
      isSix(target.address) ? between(across(1, 2))(target, from, type) : null;
    const [only, ...others] = causesOf(5, [six], { view });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "partition", nodes: [N(1), N(2)] });
    expect(only!.summary).toContain("over IPv6");
  });
});
