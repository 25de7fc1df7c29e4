import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aView,
  countAsked,
  fromNodes,
  nodeName,
  under,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import { starve } from "../../tests/support/starve.ts";
import type { ClusterView } from "@netchecker/round/cluster-view";
import { findCauses } from "./find-causes.ts";
import { emptyLatencyHistory } from "../evidence/latency-history.ts";

const PROBLEM = "ImagePullBackOff: no such image";

/** A cluster in which the pings of some nodes do not start. */
function without(
  pings: readonly number[],
  problem: (n: number) => string = () => PROBLEM,
): ClusterView {
  const view = aView(8);
  const names = new Map(pings.map((n) => [`ping-${n}`, problem(n)]));
  const pods = view.pods.map((pod) =>
    names.has(pod.name) ? { ...pod, ready: false, ips: [], problem: names.get(pod.name)! } : pod,
  );
  return { ...view, pods };
}

const missing = (view: ClusterView) =>
  causesOf(8, [], { view }).map(({ nodes, summary }) => ({ nodes, summary }));

/** The causes of a round in which the agents of some nodes were starved, and failed to reach the service. */
function starved(...nodes: readonly number[]) {
  const view = aView(8);
  const finds = under(fromNodes((from) => nodes.map(nodeName).includes(from), ["clusterip"]));
  return findCauses(starve(aClosedRound(view, { finds }), nodes), view, emptyLatencyHistory());
}

describe("what is wrong with agents one by one", () => {
  it("is told once where it is the same for three nodes or more", () => {
    expect(missing(without([2, 5, 7]))).toEqual([
      {
        nodes: ["node-2", "node-5", "node-7"],
        summary: `node-2, node-5, node-7: no ping pods that could report (${PROBLEM}). Look at one of the pods, and at the nodes' room for them.`,
      },
    ]);
  });

  it("speaks of several also where it is planned", () => {
    const view = aView(8);
    const pods = view.pods.map((pod) =>
      ["ping-2", "ping-5", "ping-7"].includes(pod.name) ? { ...pod, terminating: true } : pod,
    );
    const silent = [2, 5, 7].map(nodeName);
    const summaries = causesOf(8, [], { view: { ...view, pods }, silent }).map((c) => c.summary);
    expect(summaries).toEqual([
      "node-2, node-5, node-7: their agents do not report, as planned: their pods are terminating.",
    ]);
  });

  it("is told for each node where it is two of them, or not the same", () => {
    expect(missing(without([2, 5])).map(({ nodes }) => nodes)).toEqual([["node-2"], ["node-5"]]);
    const each = without([2, 5, 7], (n) => `${PROBLEM}-${n}`);
    expect(missing(each).map(({ nodes }) => nodes)).toEqual([["node-2"], ["node-5"], ["node-7"]]);
  });

  it("is told once of agents that are silent", () => {
    const causes = causesOf(8, [], { silent: [1, 3, 4].map(nodeName) });
    expect(causes).toMatchObject([
      { kind: "agent-silent", nodes: ["node-1", "node-3", "node-4"], severity: "warning" },
    ]);
    expect(causes[0]!.next[0]).toBe("kubectl -n netchecker get pods -l name=ping -o wide");
  });

  it("is told once of agents without CPU, with all that is not believed of them", () => {
    const probes = (countAsked(aClosedRound(aView(8)).plan) * 3) / 8;
    expect(starved(1, 2, 3)).toMatchObject([
      {
        kind: "prober-starved",
        severity: "info",
        nodes: ["node-1", "node-2", "node-3"],
        evidence: { explains: 3, ofFailures: 3 },
        summary: expect.stringContaining(
          `their agents had too little CPU; their latencies and their 3 of ${probes} failed probes are not trusted.`,
        ),
      },
    ]);
  });

  it("is an alarm where probes fail and half of the agents have no CPU: nobody can tell what is broken", () => {
    expect(starved(1, 2, 3, 4)).toMatchObject([
      { kind: "prober-starved", severity: "warning", evidence: { explains: 4 } },
    ]);
    const view = aView(4);
    const well = findCauses(
      starve(aClosedRound(view, {}), [1, 2, 3, 4]),
      view,
      emptyLatencyHistory(),
    );
    expect(well).toMatchObject([{ kind: "prober-starved", severity: "info" }]);
  });
});

it("says of a starved agent whose probes all worked that its latencies are not trusted", () => {
  const view = aView(2);
  const round = starve(aClosedRound(view, {}), [1], 700);
  expect(findCauses(round, view, emptyLatencyHistory())[0]!.summary).toBe(
    "node-1: its agent had too little CPU (the kernel held it back for 700 ms); its latencies are not trusted. Look at the load of node-1 and the agent's CPU limit.",
  );
});
