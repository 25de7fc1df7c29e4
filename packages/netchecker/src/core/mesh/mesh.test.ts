import { latencyOf, NOT_PROBED_CODE, reasonCode } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aNode,
  aPod,
  aView,
  between,
  into,
  OK,
  SETTINGS,
  under,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { results } from "../results.ts";
import { finish } from "@netchecker/round/steps";
import { decodeRound, encodeConcluded, encodeMeasured } from "../round-record.ts";
import { planRound } from "@netchecker/round/plan-round";
import { meshNodes } from "./mesh-nodes.ts";
import { planeColumns } from "./plane-columns.ts";
import { PlaneRows } from "./plane-rows.ts";

const letter = (code: number) => String.fromCharCode(97 + code);
const UNKNOWN = letter(NOT_PROBED_CODE);
const TIMED_OUT = letter(reasonCode("connect_timeout"));

/** The rows of one plane. */
function rowsOf(round: ClosedRound, type: "pod" | "node" | "service" | "external", check: string) {
  const plane = planeColumns(round.plan).find((each) => each.type === type && each.check === check);
  return new PlaneRows(round.matrices[type], plane!.columns);
}

describe("the nodes of a mesh", () => {
  it("have zone and pool, why an agent is missing, what is planned, and which agent is starved", () => {
    const view = aView(3, {
      nodes: [
        aNode(1, { labels: { "topology.kubernetes.io/zone": "a", agentpool: "small" } }),
        aNode(2, { cordoned: true }),
        aNode(3),
      ],
    });
    const round = aClosedRound(view, { silent: ["node-3"] });
    const starved = { loopDelayP99Ms: 900, throttledMs: 400, starved: true };
    round.agents[0]!.health.pod = { tookMs: 1, prober: starved };
    const common = { zone: null, pool: null, missing: null, planned: null, starved: false };
    expect(meshNodes(round)).toEqual([
      { ...common, name: "node-1", pod: "ping-1", zone: "a", pool: "small", starved: true },
      { ...common, name: "node-2", pod: "ping-2", planned: "node_cordoned" },
      { ...common, name: "node-3", pod: "ping-3", missing: "silent" },
    ]);
  });
});

describe("the planes of a mesh", () => {
  it("are one for each type, check and family, with one column per target", () => {
    const planes = planeColumns(planRound(aView(3), SETTINGS));
    expect(planes.map(({ type, check, family }) => [type, check, family])).toEqual([
      ["pod", "echo", "IPv4"],
      ["node", "tcp", "IPv4"],
      ["node", "nodeport", "IPv4"],
      ["service", "clusterip", "IPv4"],
      ["service", "dns", "IPv4"],
      ["external", "connect", null],
    ]);
    expect(planes[1]!.targets[2]).toEqual({
      node: 2,
      name: "node-3",
      address: "192.168.0.3:10250",
      planned: null,
    });
    expect(planes[5]!.targets).toMatchObject([{ node: null, name: "outside.example:443" }]);
  });

  it("separate two address families", () => {
    const ips = (third: number, n: number) => [`10.${third}.0.${n}`, `fd00:${third}::${n}`];
    const view = aView(2, {
      pods: [1, 2].flatMap((n) => [
        aPod("ping", n, { ips: ips(1, n) }),
        aPod("pong", n, { ips: ips(2, n) }),
      ]),
    });
    const echoes = planeColumns(planRound(view, SETTINGS)).filter(({ check }) => check === "echo");
    expect(echoes.map(({ family, targets }) => [family, targets.map(({ node }) => node)])).toEqual([
      ["IPv4", [0, 1]],
      ["IPv6", [0, 1]],
    ]);
  });

  it("keep a node without a pong in its place, as a column of unknowns", () => {
    const view = aView(3);
    const pods = view.pods.filter(({ name }) => name !== "pong-2");
    const round = aClosedRound({ ...view, pods });
    const [pod] = planeColumns(round.plan);
    expect(pod!.targets.map(({ node, address }) => [node, address !== null])).toEqual([
      [0, true],
      [1, false],
      [2, true],
    ]);
    expect([...rowsOf(round, "pod", "echo").reasons()]).toEqual(
      Array(3).fill(`a${UNKNOWN}a`) as string[],
    );
  });

  it("show both pongs of a node", () => {
    const view = aView(2);
    const second = aPod("pong", 1, { name: "pong-1b", ips: ["10.2.9.9"] });
    const [pod] = planeColumns(planRound({ ...view, pods: [...view.pods, second] }, SETTINGS));
    expect(pod!.targets.map(({ name, node }) => [name, node])).toEqual([
      ["pong-1", 0],
      ["pong-1b", 0],
      ["pong-2", 1],
    ]);
  });
});

describe("the rows of a plane", () => {
  const round = aClosedRound(aView(4), {
    silent: ["node-4"],
    finds: under(between(into(2), undefined, ["echo", "nodeport"])),
  });

  it("have one letter per target of the plane's check", () => {
    const hit = [`a${TIMED_OUT}aa`, "aaaa", `a${TIMED_OUT}aa`, UNKNOWN.repeat(4)];
    expect([...rowsOf(round, "pod", "echo").reasons()]).toEqual(hit);
    expect([...rowsOf(round, "node", "nodeport").reasons()]).toEqual(hit);
    expect([...rowsOf(round, "node", "tcp").reasons()].slice(0, 3)).toEqual([
      "aaaa",
      "aaaa",
      "aaaa",
    ]);
    expect([...rowsOf(round, "external", "connect").reasons()]).toEqual(["a", "a", "a", UNKNOWN]);
  });

  it("have one digit per outcome for attempts", () => {
    expect([...rowsOf(round, "pod", "echo").attempts()]).toEqual(["1311", "1111", "1311", "0000"]);
  });

  it("have the latencies of the results, within 3 %", () => {
    const spread = aClosedRound(aView(4), {
      finds: ({ node }, from) => ({
        ...OK,
        latencyMs: 0.02 * 9 ** (Number(node?.at(-1)) - 1) * Number(from.at(-1)),
      }),
    });
    const shown = [...rowsOf(spread, "pod", "echo").latencies()].flatMap((row) =>
      [...Buffer.from(row, "base64")].map(latencyOf),
    );
    const rows = [...results(spread, { type: "pod" })].filter(({ check }) => check === "echo");
    const exact = rows.map(({ latencyMs }) => latencyMs!);
    expect(shown).toHaveLength(16);
    for (const [index, latencyMs] of exact.entries())
      expect(Math.abs(shown[index]! / latencyMs - 1)).toBeLessThan(0.03);
    expect(Buffer.from([...rowsOf(round, "pod", "echo").latencies()][3]!, "base64")).toEqual(
      Buffer.alloc(4),
    );
  });

  it("show the failures of an old round, and mark outcomes that are not kept", () => {
    const { head, plan, findings, failures } = {
      ...finish(encodeMeasured(round)),
      ...encodeConcluded(round),
    };
    const old = decodeRound({ head, plan, findings, failures: failures.join("") });
    expect([...rowsOf(old, "pod", "echo").reasons()]).toEqual([
      `.${TIMED_OUT}..`,
      "....",
      `.${TIMED_OUT}..`,
      "....",
    ]);
  });
});
