import { describe, expect, it } from "vitest";
import {
  aNode,
  aPod,
  aView,
  between,
  failing,
  fromNodes,
  into,
  nodeName,
} from "@netchecker/round/testing/a-round";
import { causesOf, inShort } from "../../tests/support/some-causes.ts";
import type { ClusterView, NodeRecord } from "@netchecker/round/cluster-view";

const N = nodeName;
const TIMES_OUT = failing("connect_timeout");
/** A little before the test rounds begin, 2026-11-22T23:51:10Z. */
const SINCE = Date.parse("2026-11-22T23:50:03.000Z");
const UNKNOWN = {
  ready: false,
  readiness: {
    status: "Unknown",
    since: SINCE,
    reason: "NodeStatusUnknown",
    message: "Kubelet stopped posting node status.",
  },
} as const;
const says = (message: string): Partial<NodeRecord> => ({
  ready: false,
  readiness: { status: "False", since: SINCE, reason: "KubeletNotReady", message },
});

function viewWith(nodes: number, n: number, with_: Partial<NodeRecord>): ClusterView {
  const view = aView(nodes);
  return { ...view, nodes: view.nodes.map((node, i) => (i + 1 === n ? aNode(n, with_) : node)) };
}

const dead = [between(into(3))];
const said = (view: ClusterView, faults = dead, silent = [N(3)]) =>
  causesOf(view.nodes.length, faults, { view, silent }).map(({ summary }) => summary);

describe("a node whose machine refuses", () => {
  const refused = failing("connection_refused");
  const nothingRuns = [
    between(into(3), refused, ["tcp", "echo"]),
    between(into(3), TIMES_OUT, ["nodeport"]),
  ];

  it("is not down: nothing runs there, says what Kubernetes calls it", () => {
    const view = viewWith(6, 3, UNKNOWN);
    expect(inShort(6, nothingRuns, { view, silent: [N(3)] })).toEqual([
      "warning not-ready [node-3] [] both node",
    ]);
    expect(said(view, nothingRuns)).toEqual([
      "node-3: the machine is up, and nothing runs on it: it refuses connections to its kubelet and its pods (5 of 5), and nothing is heard of its agent. Kubernetes has called it NotReady since 23:50:03 UTC. Its kubelet and its container runtime do not run, most likely; a firewall that refuses would look the same. Look at the kubelet and the container runtime on node-3.",
    ]);
  });

  it("is undetermined for as long as Kubernetes calls it Ready", () => {
    expect(inShort(6, nothingRuns, { silent: [N(3)] })).toEqual([
      "warning undetermined [node-3] [] both node",
    ]);
    expect(said(aView(6), nothingRuns)[0]).toContain("Kubernetes still calls it Ready.");
  });

  it("is behind a firewall where its NodePort refuses too, until Kubernetes notices", () => {
    const all = [between(into(3), refused)];
    expect(inShort(6, all, { silent: [N(3)] })).toEqual(["warning firewall [node-3] [] both node"]);
    expect(inShort(6, all, { view: viewWith(6, 3, UNKNOWN), silent: [N(3)] })).toEqual([
      "warning not-ready [node-3] [] both node",
    ]);
  });

  it("is told with the others that refuse, and not as a group that fell silent", () => {
    const some = [1, 2, 3, 4].map(N);
    const view = aView(9, {
      nodes: Array.from({ length: 9 }, (_, i) => aNode(i + 1, i < 4 ? UNKNOWN : {})),
    });
    const faults = [between((from, to) => from !== to && some.includes(to), refused)];
    expect(inShort(9, faults, { view, silent: some })).toEqual([
      "warning not-ready [node-1,node-2,node-3,node-4] [] both node",
    ]);
    expect(said(view, faults, some)[0]).toContain("4 nodes are up, and nothing runs there");
  });
});

describe("several nodes that are NotReady", () => {
  const three = [2, 3, 4];
  const of = (with_: Partial<NodeRecord>, pods = true) =>
    aView(9, {
      nodes: Array.from({ length: 9 }, (_, i) => aNode(i + 1, three.includes(i + 1) ? with_ : {})),
      ...(pods
        ? {}
        : {
            pods: [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((n) =>
              three.includes(n) ? [] : [aPod("ping", n), aPod("pong", n)],
            ),
          }),
    });
  const intoThem = (from: string, to: string) => from !== to && three.map(N).includes(to);

  it("are spoken of as several", () => {
    const kubelets = said(of(UNKNOWN), [between(intoThem, TIMES_OUT, ["tcp", "nodeport"])], []);
    expect(kubelets).toHaveLength(1);
    expect(kubelets[0]).toContain(
      "the kubelets' ports and the NodePorts do not answer (24 of 24 pairs); their pods do.",
    );
    expect(kubelets[0]).not.toMatch(/\bits\b/i);
    const answering = said(of(UNKNOWN), [], []);
    expect(answering).toEqual([
      "node-2, node-3, node-4: Kubernetes has called them NotReady since 23:50:03 UTC, the first of them, though their kubelets' ports, their NodePorts and their pongs answer. Look at the kubelets there, their container runtimes, and their way to the API server.",
    ]);
  });

  it("are not told of a backend beside it that none of them has", () => {
    const noNetwork = of(says("container runtime network not ready"), false);
    const found = said(noNetwork, [between(intoThem, TIMES_OUT, ["nodeport"])], []);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(
      "though their kubelets' ports answer, and they have no ping pods that could report",
    );
  });
});

describe("the kubelet of a cluster's only node", () => {
  const refused = failing("connection_refused");
  const kubelet = between(() => true, refused, ["tcp"]);

  it("is named when it refuses its own node's agent, for a refusal is no lost packet", () => {
    expect(inShort(1, [kubelet])).toEqual(["warning undetermined [node-1] [] in node"]);
    expect(said(aView(1), [kubelet], [])[0]).toContain("does not answer (1 of 1)");
  });

  it("is all that is told, once Kubernetes calls its pods not ready and the service has none left", () => {
    const view = viewWith(1, 1, UNKNOWN);
    const service = [
      kubelet,
      between(() => true, TIMES_OUT, ["nodeport"]),
      fromNodes(() => true, ["clusterip"], refused),
    ];
    expect(inShort(1, service, { view })).toEqual(["warning not-ready [node-1] [] in node"]);
  });

  it("is not named for a probe that timed out", () => {
    expect(inShort(1, [between(() => true, TIMES_OUT, ["tcp"])])).toEqual([
      "info unexplained [] [] null null",
    ]);
  });
});

describe("a dead node", () => {
  it("is down for as long as it is dead, and says since when Kubernetes calls it NotReady", () => {
    const view = viewWith(6, 3, UNKNOWN);
    expect(inShort(6, dead, { view, silent: [N(3)] })).toEqual([
      "critical node-down [node-3] [] both node",
    ]);
    expect(said(view)).toEqual([
      "node-3: down or cut off: no node reaches it (5 of 5), and nothing is heard of it. Kubernetes has called it NotReady since 23:50:03 UTC. Look at the machine, its power and its link.",
    ]);
  });

  it("says the date where it has been NotReady since another day", () => {
    const since = Date.parse("2026-11-21T12:03:10.000Z");
    const view = viewWith(6, 3, { ...UNKNOWN, readiness: { ...UNKNOWN.readiness, since } });
    expect(said(view)[0]).toContain("NotReady since 2026-11-21 12:03:10 UTC.");
  });

  it("says that Kubernetes still calls it Ready, where that is known to be so", () => {
    expect(said(aView(6))[0]).toContain("Kubernetes still calls it Ready.");
    expect(said(aView(6, { staleSince: 5 }))[0]).not.toContain("Kubernetes");
  });

  it("is down also when its pods have been taken away, and where one other node is left to tell", () => {
    for (const nodes of [6, 2]) {
      const view = viewWith(nodes, 2, UNKNOWN);
      const pods = view.pods.filter(({ node }) => node !== N(2));
      expect(inShort(nodes, [between(into(2))], { view: { ...view, pods } })).toEqual([
        "critical node-down [node-2] [] both node",
      ]);
    }
  });

  it("is no alarm where it is cordoned, and says only what failed", () => {
    const view = viewWith(6, 3, { ...UNKNOWN, cordoned: true });
    expect(said(view)).toEqual(["node-3: not reached (5 of 5), as planned: the node is cordoned."]);
    expect(said(view, [between(into(3), TIMES_OUT, ["tcp"])], [])).toEqual([
      "node-3: the kubelet's port does not answer (5 of 5), as planned: the node is cordoned.",
    ]);
  });
});

describe("a kubelet that died while its pods live", () => {
  const port = [between(into(3), TIMES_OUT, ["tcp"])];
  const local = [between(into(3), TIMES_OUT, ["tcp", "nodeport"])];

  it("cannot be told from a filter before Kubernetes has noticed", () => {
    const [only, ...others] = causesOf(6, port);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "undetermined", severity: "warning" });
    expect(only!.summary).toContain("Cannot tell a dead kubelet from a filter on its port.");
  });

  it("is that, and an alarm, once Kubernetes has", () => {
    const [only, ...others] = causesOf(6, port, { view: viewWith(6, 3, UNKNOWN) });
    expect(others).toEqual([]);
    expect(only).toMatchObject({
      kind: "not-ready",
      severity: "warning",
      candidates: ["firewall"],
      next: expect.arrayContaining(["kubectl describe node node-3"]),
    });
    expect(only!.summary).toBe(
      "node-3: the kubelet's port does not answer (5 of 5); its pods do. Kubernetes has called it NotReady since 23:50:03 UTC. Its kubelet is dead or hangs, most likely; a filter on the node's own addresses would look the same. Look at the kubelet on node-3.",
    );
  });

  it("takes the NodePort along, where that leads to the node's own pods only", () => {
    const [only, ...others] = causesOf(6, local, { view: viewWith(6, 3, UNKNOWN) });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "not-ready", severity: "warning" });
    expect(only!.summary).toContain(
      "the kubelet's port and the NodePort do not answer (5 of 5); its pods do.",
    );
    expect(causesOf(6, local)[0]).toMatchObject({ kind: "undetermined" });
  });

  it("is one finding where its pods are gone from Kubernetes as well", () => {
    const view = viewWith(6, 3, UNKNOWN);
    const pods = view.pods.filter(({ name }) => name !== "ping-3");
    expect(inShort(6, port, { view: { ...view, pods } })).toEqual([
      "warning not-ready [node-3] [] in node",
    ]);
  });
});

describe("a kubelet that lives and is not ready", () => {
  it("is told as info, in its own words, where everything of the node answers", () => {
    const [only, ...others] = causesOf(6, [], {
      view: viewWith(6, 3, says("container runtime is down.")),
    });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "not-ready", severity: "info", planned: false });
    expect(only!.summary).toBe(
      "node-3: Kubernetes has called it NotReady since 23:50:03 UTC, in its kubelet's words: container runtime is down, though its kubelet's port, its NodePort and its pong answer. Look at the kubelet there, its container runtime, and its way to the API server.",
    );
  });

  it.each([
    [
      "that has no network for new pods",
      says("container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady"),
    ],
    ["that is not heard of", UNKNOWN],
  ])("is a warning %s", (_, with_) => {
    expect(inShort(6, [], { view: viewWith(6, 3, with_) })).toEqual([
      "warning not-ready [node-3] [] null node",
    ]);
  });

  it("is told with the fault that was measured, and not beside it", () => {
    const view = viewWith(6, 3, says("PLEG is not healthy"));
    const causes = causesOf(6, [between(into(3), TIMES_OUT, ["echo"])], { view });
    expect(causes.map(({ kind }) => kind)).toEqual(["pod-network"]);
    expect(causes[0]!.summary).toContain("in its kubelet's words: PLEG is not healthy.");
  });

  it("is told with its agent that is away, as a warning", () => {
    const view = viewWith(6, 3, says("container runtime is down"));
    const [only, ...others] = causesOf(6, [], { view, silent: [N(3)] });
    expect(others).toEqual([]);
    expect(only).toMatchObject({ kind: "not-ready", severity: "warning" });
    expect(only!.summary).toContain("and its agent did not report.");
  });

  it("is one finding for many nodes, and none where it is planned or Ready", () => {
    const view = aView(8);
    const nodes = view.nodes.map((node, i) =>
      i < 4 ? aNode(i + 1, says("runtime is down")) : node,
    );
    expect(inShort(8, [], { view: { ...view, nodes } })).toEqual([
      "info not-ready [node-1,node-2,node-3,node-4] [] null node",
    ]);
    expect(inShort(6, [], { view: viewWith(6, 3, { ...UNKNOWN, cordoned: true }) })).toEqual([]);
  });
});

describe("a node that never became Ready", () => {
  const message = "container runtime network not ready: cni plugin not initialized";
  const never = { ...says(message), everReady: false };

  it("is one warning with the kubelet's words, whatever else fails of it", () => {
    const view = viewWith(6, 3, never);
    const pods = [
      ...view.pods.filter(({ node }) => node !== N(3)),
      aPod("ping", 3, { ready: false, ips: [], everReady: false, problem: "ContainerCreating" }),
    ];
    const nodePort = between(into(3), TIMES_OUT, ["nodeport"]);
    for (const faults of [[], [nodePort], dead]) {
      const [only, ...others] = causesOf(6, faults, { view: { ...view, pods } });
      expect(others).toEqual([]);
      expect(only).toMatchObject({ kind: "not-ready", severity: "warning", nodes: [N(3)] });
      expect(only!.summary).toBe(
        `node-3: never became Ready: ${message}. Look at its kubelet, its container runtime and its CNI plugin.`,
      );
    }
  });

  it("hides no fault of others", () => {
    const view = viewWith(6, 3, never);
    const faults = [between(into(5), TIMES_OUT, ["echo"])];
    expect(inShort(6, faults, { view })).toEqual([
      "critical pod-network [node-5] [] in pod-network",
      "warning not-ready [node-3] [] null node",
    ]);
  });
});

describe("beside a dead node", () => {
  const view = viewWith(6, 3, {
    ...UNKNOWN,
    readiness: { ...UNKNOWN.readiness, since: SINCE + 60_000 },
  });
  const answeredBy = [{ pod: "pong-1", node: N(1), connections: 2 }];

  it.each([
    [
      "the service that still leads there now and then",
      fromNodes((from) => from === N(2), ["clusterip"], { ...TIMES_OUT, answeredBy }),
    ],
    [
      "a NodePort that leads there",
      between((from, to) => from === N(1) && to === N(5), TIMES_OUT, ["nodeport"]),
    ],
    [
      "the own NodePort that leads there",
      between((from, to) => from === N(5) && to === N(5), TIMES_OUT, ["nodeport"]),
    ],
  ])("is no second finding: %s", (_, fault) => {
    expect(inShort(6, [...dead, fault], { view, silent: [N(3)] })).toEqual([
      "critical node-down [node-3] [] both node",
    ]);
  });

  it("is a finding of its own: a NodePort that fails for all", () => {
    const faults = [...dead, between(into(5), TIMES_OUT, ["nodeport"])];
    expect(inShort(6, faults, { view, silent: [N(3)] })).toContain(
      "warning node-port [node-5] [] in service",
    );
  });

  it("is a finding of its own: the service, long after Kubernetes took the dead backend out", () => {
    const since = SINCE - 3_600_000;
    const long = viewWith(6, 3, { ...UNKNOWN, readiness: { ...UNKNOWN.readiness, since } });
    const fails = fromNodes((from) => [N(1), N(2), N(4)].includes(from), ["clusterip"], {
      ...TIMES_OUT,
      answeredBy,
    });
    const kinds = causesOf(6, [...dead, fails], { view: long, silent: [N(3)] }).map(
      ({ kind }) => kind,
    );
    expect(kinds).toContain("service-backend");
  });
});
