import { describe, expect, it } from "vitest";
import {
  across,
  aClosedRound,
  aView,
  between,
  failing,
  type Fault,
  nodeName,
  OK,
  seeded,
  under,
} from "@netchecker/round/testing/a-round";
import { causesOf } from "../../tests/support/some-causes.ts";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { findCauses } from "./find-causes.ts";
import { finish } from "@netchecker/round/steps";
import {
  emptyLatencyHistory,
  extendHistory,
  type LatencyHistory,
} from "../evidence/latency-history.ts";

const extend = (history: LatencyHistory, round: ClosedRound) =>
  finish(extendHistory(history, round));

const N = nodeName;

/** Each attempt between some nodes is lost with a probability; three are made. */
function lossy(isHit: (from: string, to: string) => boolean, share: number): Fault {
  const random = seeded(3);
  return (target, from, type) => {
    if (between(isHit)(target, from, type) === null) return null;
    const attempts = 1 + [0, 1, 2].findIndex(() => random() >= share);
    return attempts === 0 ? failing("connect_timeout") : { ...OK, attempts };
  };
}

const pair = (a: number, b: number) => (from: string, to: string) =>
  [from, to].toSorted().join() === [N(a), N(b)].toSorted().join();

describe("packet loss", () => {
  it("is found at a node, by the attempts that its probes need", () => {
    const causes = causesOf(20, [lossy(across(7), 0.3)]);
    expect(causes[0]).toMatchObject({ kind: "packet-loss", nodes: [N(7)], severity: "warning" });
    expect(causes.filter(({ severity }) => severity !== "info")).toHaveLength(1);
  });

  it("is found between two nodes", () => {
    const causes = causesOf(20, [lossy(pair(3, 9), 0.6)]);
    expect(causes[0]).toMatchObject({ kind: "packet-loss", nodes: [N(3)], peers: [N(9)] });
  });

  it("is found between two nodes that lose small packets and large ones alike", () => {
    const outcomes = ["connect_timeout", "large_request_timeout"] as const;
    const between3And9: Fault = ({ node, check }, from) => {
      if (!pair(3, 9)(from, node ?? "")) return null;
      if (check === "echo") return failing(outcomes[1]);
      return from === N(3) && check === "nodeport" ? failing(outcomes[0]) : { ...OK, attempts: 2 };
    };
    expect(causesOf(20, [between3And9])[0]).toMatchObject({
      kind: "packet-loss",
      nodes: [N(3)],
      peers: [N(9)],
    });
  });

  it("is found between two nodes where what is lost is no layer's, and nothing worked at a second attempt", () => {
    const unanswered: Fault = ({ node, check }, from) => {
      if (!pair(3, 9)(from, node ?? "")) return null;
      const way = `${from} ${check}`;
      if (way === "node-3 tcp" || way === "node-9 nodeport") return OK;
      return failing(way === "node-3 echo" ? "large_request_timeout" : "connect_timeout");
    };
    const [cause, ...others] = causesOf(20, [unanswered]);
    expect(others).toEqual([]);
    expect(cause).toMatchObject({ kind: "packet-loss", nodes: [N(3)], peers: [N(9)] });
  });

  it("is nobody's fault where everybody has it", () => {
    const causes = causesOf(20, [lossy(() => true, 0.1)]);
    expect(causes.filter(({ kind }) => kind === "packet-loss")).toEqual([]);
  });
});

/** All probes between some nodes take so many milliseconds; all others about one. */
function taking(isHit: (from: string, to: string) => boolean, latencyMs: number): Fault {
  const random = seeded(4);
  return (target, from, type) => ({
    ...OK,
    latencyMs: (between(isHit)(target, from, type) === null ? 0.8 : latencyMs) + random() * 0.4,
  });
}

describe("slowness", () => {
  const summaries = (fault: Fault, past: Fault = taking(() => false, 0)) => {
    const view = aView(12);
    let history = emptyLatencyHistory();
    for (let id = 1; id <= 4; id += 1)
      history = extend(history, aClosedRound(view, { finds: under(past), run: { id } }));
    const round = aClosedRound(view, { finds: under(fault), run: { id: 5 } });
    return findCauses(round, view, history).map(({ kind, nodes, peers }) => [kind, nodes, peers]);
  };

  it("is found at a node, against its own past", () => {
    expect(summaries(taking(across(7), 20))).toEqual([["slow", [N(7)], []]]);
  });

  it("is found at a third of all nodes: they do not hide each other", () => {
    const slow = [2, 5, 7].map((n) => taking(across(n), 20));
    const late: Fault = (target, from, type) =>
      slow
        .map((fault) => fault(target, from, type)!)
        .toSorted((a, b) => b.latencyMs! - a.latencyMs!)[0]!;
    expect(summaries(late).slice(0, 3)).toEqual([
      ["slow", [N(2)], []],
      ["slow", [N(5)], []],
      ["slow", [N(7)], []],
    ]);
  });

  it("is found at a node, against its peers, when there is no past", () => {
    const causes = causesOf(12, [taking(across(7), 20)]);
    expect(causes).toMatchObject([{ kind: "slow", nodes: [N(7)], severity: "warning" }]);
    expect(causes[0]!.summary).toMatch(/probes take 20 ms, [01](\.\d)? ms would be usual/);
  });

  it("is not a node that stands farther away, in a cluster too small to know, when there is no past", () => {
    for (const nodes of [3, 4, 5]) expect(causesOf(nodes, [taking(across(2), 20)])).toEqual([]);
  });

  it("is found between two nodes", () => {
    expect(summaries(taking(pair(3, 9), 30))).toEqual([["slow", [N(3)], [N(9)]]]);
  });

  it("is nothing new for a node that always was far away", () => {
    expect(summaries(taking(across(7), 20), taking(across(7), 20))).toEqual([]);
  });

  it("is not a node of which some near peers are gone for a moment", () => {
    const farAway = taking(across(8, 9, 10, 11, 12), 8);
    const gone = between(across(1, 2));
    const kinds = summaries(under(gone, farAway), farAway).map(([kind]) => kind);
    expect(kinds).not.toContain("slow");
  });

  it("is the loss where a node's packets have to be sent again", () => {
    const lost = lossy(across(7), 0.3);
    const late = taking(across(7), 400);
    const kinds = summaries((target, from, type) => {
      const outcome = lost(target, from, type);
      return outcome?.reason === "ok"
        ? { ...late(target, from, type)!, attempts: outcome.attempts }
        : outcome;
    }).map(([kind]) => kind);
    expect(kinds).toContain("packet-loss");
    expect(kinds).not.toContain("slow");
  });

  it("is nobody's where all nodes are slower than before", () => {
    expect(summaries(taking(() => true, 20))).toEqual([]);
  });
});

describe("the usual latency", () => {
  const view = aView(6);
  const round = (id: number, latencyMs: number) =>
    aClosedRound(view, { finds: under(taking(across(2), latencyMs)), run: { id } });

  it("is forgotten with its node, and is plain JSON", () => {
    const history = extend(emptyLatencyHistory(), round(1, 1));
    expect(JSON.parse(JSON.stringify(history))).toEqual(history);
    expect(Object.keys(history.nodes)).toEqual(view.nodes.map(({ name }) => name));
    const fewer = aClosedRound(aView(3));
    expect(Object.keys(extend(history, fewer).nodes)).toEqual([N(1), N(2), N(3)]);
  });

  it("does not get used to a fault within a few rounds", () => {
    let history = emptyLatencyHistory();
    for (let id = 1; id <= 4; id += 1) history = extend(history, round(id, 1));
    for (let id = 5; id <= 14; id += 1) history = extend(history, round(id, 50));
    expect(history.nodes[N(2)]!.tcpIn![1]).toBeLessThan(2_000);
  });
});
