import { redisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOf } from "../src/adapters/compressed.ts";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { conclude, type FindingsMemory } from "@netchecker/conclude";
import { results } from "../src/core/results.ts";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { anApp, aServed } from "./support/a-served.ts";
import { aClosedRound, aNode, aPod, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { type AStore, aStore } from "./support/a-store.ts";

const DUMP = new URL("recorded/history-of-version-1.rdb", import.meta.url).pathname;
const NAMES = redisNames("netchecker:");
const HISTORY = { fullRounds: 4, rounds: 40 };
const CLOSED = [14, 13, 12, 11, 10, 8, 7, 6, 5, 4, 3, 2, 1];
const ALL = [...CLOSED, 9].toSorted((a, b) => b - a);

let server: ARedis;
let redis: Redis;
let store: AStore;

beforeAll(async () => {
  server = await aRedis({ dump: DUMP });
  redis = await server.connect();
  store = await aStore(redis, HISTORY, {}, NAMES);
});
afterAll(() => server.stop());

/** A field of a round as Redis has it, with every `expected` renamed to `planned`. */
async function raw(id: number, field: string): Promise<any> {
  const stored = (await redis.hgetBuffer(NAMES.round(id), field))!;
  const text = field === "head" || field === "entry" ? stored.toString() : await textOf(stored);
  return field === "nodes" ? text : renamed(JSON.parse(text));
}

function renamed(value: any): any {
  if (Array.isArray(value)) return value.map(renamed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      // Here `expected` is how many agents should report, which is still its name.
      key === "expected" && !("reported" in value) ? "planned" : key,
      renamed(each),
    ]),
  );
}

describe("the history that netchecker 1 has stored", () => {
  it("is as netchecker 1 wrote it: without a version, with the old name, with full and slim rounds", async () => {
    expect((await redis.zrange(NAMES.rounds, "0", "-1")).map(Number)).toEqual(ALL.toReversed());
    expect((await redis.zrange(NAMES.fullRounds, "0", "-1")).map(Number)).toEqual([11, 12, 13, 14]);
    expect(await redis.hexists(NAMES.round(14), "v")).toBe(0);
    const head = JSON.parse((await redis.hget(NAMES.round(14), "head"))!);
    expect(head.head.missing[1]).toMatchObject({ node: "node-3", expected: "node_not_ready" });
    expect(head.summary.node.expected).toBeGreaterThan(0);
    expect(JSON.parse((await redis.get(NAMES.findings))!).v).toBe(1);
  });

  it("gives every head and summary, with planned instead of expected, and without a verdict", async () => {
    const heads = await store.heads(100);
    expect(heads.map(({ head }) => head.id)).toEqual(ALL);
    for (const each of heads) {
      const { head, summary } = await raw(each.head.id, "head");
      const kept = head.id >= 11 ? "all" : head.id === 9 ? "none" : "failures";
      expect(each).toEqual({ head: { ...head, verdict: null, kept }, summary });
      expect(await store.head(head.id)).toEqual(each);
    }
    const missing = (await store.head(14))!.head.missing.map(({ node, why, planned }) => [
      node,
      why,
      planned,
    ]);
    expect(missing).toEqual([
      ["node-1", "silent", null],
      ["node-3", "pod_not_ready", "node_not_ready"],
      ["node-5", "pod_not_ready", null],
    ]);
    expect(await store.head(9)).toMatchObject({ head: { state: "abandoned" }, summary: null });
  });

  it("has every entry of the timeline, without a verdict", async () => {
    const timeline = await store.timeline(100);
    expect(timeline.map(({ id }) => id)).toEqual(ALL);
    for (const entry of timeline) {
      const kept = entry.id >= 11 ? "all" : entry.id === 9 ? "none" : "failures";
      expect(entry).toEqual({ ...(await raw(entry.id, "entry")), verdict: null, kept });
    }
    expect(timeline[0]).toMatchObject({ expected: 5, reported: 2, warning: 2 });
  });

  it("has every finding as it was in its round", async () => {
    const rounds = await Array.fromAsync(store.findings(100));
    expect(rounds.map(({ head }) => head.id)).toEqual(CLOSED);
    for (const { head, findings } of rounds) {
      expect(findings).toEqual(await raw(head.id, "findings"));
      expect(await store.findingsOf(head.id)).toEqual(findings);
    }
    expect(rounds[0]!.findings.map(({ id, state, planned }) => [id, state, planned])).toEqual([
      ["agent-silent-node-1-7", "ongoing", false],
      ["agent-missing-node-5-4", "ongoing", false],
      ["pong-node-2-3", "recovered", false],
      ["pong-node-3-4", "ongoing", true],
      ["pong-node-4-4", "ongoing", true],
    ]);
  });

  it("has every node in every closed round", async () => {
    for (const node of ["node-1", "node-2", "node-3", "node-4", "node-5"]) {
      const moments = await store.nodeHistory(node);
      expect(moments.map(({ id }) => id)).toEqual(CLOSED);
      for (const { id, agent, outFailed, outTotal, inFailed, inTotal } of moments)
        expect(await raw(id, "nodes")).toContain(
          `\n${[node, agent, outFailed, outTotal, inFailed, inTotal].join(" ")} `,
        );
    }
  });

  it("has every kept outcome, and each round's rows add up to its summary", async () => {
    for (const id of CLOSED) {
      const round = (await store.round(id))!;
      const { plan, agents } = await raw(id, "plan");
      // Version 1 asked only ready pods for reports.
      const asked = plan.agents.map((agent: { readonly absent: string | null }) => ({
        ...agent,
        ready: agent.absent === null,
      }));
      expect({ plan: round.plan, agents: round.agents }).toEqual({
        plan: { ...plan, agents: asked },
        agents,
      });
      const rows = [...results(round)];
      const count = (is: (row: (typeof rows)[number]) => boolean) => rows.filter(is).length;
      const sum = (of: "ok" | "failed" | "planned") =>
        Object.values(round.summary).reduce((all, counts) => all + counts[of], 0);
      expect(count(({ ok, planned }) => ok === false && !planned)).toBe(sum("failed"));
      if (id < 11) continue;
      expect(count(({ ok }) => ok === true)).toBe(sum("ok"));
      expect(count(({ planned }) => planned !== undefined)).toBe(sum("planned"));
      const whys = new Set(rows.map(({ planned }) => planned));
      expect(whys).toEqual(new Set([undefined, "node_not_ready", "node_cordoned"]));
    }
    expect(await store.round(9)).toBeNull();
    expect((await store.lastClosed())?.head.id).toBe(14);
  });

  it("has the memory of findings: id, onset, marks and state of each", async () => {
    const stored = renamed(JSON.parse((await redis.get(NAMES.findings))!));
    expect(stored.findings.length).toBeGreaterThanOrEqual(5);
    expect(await store.memory()).toEqual({ ...stored, v: 2, recentFailures: [], nodePasts: {} });
    expect(store.unreadable()).toEqual({ newer: 0, damaged: 0 });
  });
});

/**
 * A 15th round with the same faults as before: node-1 silent, node-5 without an agent, node-4 cordoned and its pong
 * dead.
 */
function theNext(keeper: RoundKeeper) {
  const view = aView(5, {
    nodes: [1, 2, 3, 4, 5].map((n) => aNode(n, { cordoned: n === 4 })),
    pods: [1, 2, 3, 4, 5].flatMap((n) => [
      aPod("ping", n, { ready: n !== 5 }),
      aPod("pong", n, { ready: n !== 4 }),
    ]),
  });
  const at = Date.parse(keeper.latest!.head.finishedAt!);
  const closed = aClosedRound(view, {
    run: { id: keeper.lastId + 1, startedAt: at + 1_000, finishedAt: at + 2_000 },
    silent: ["node-1"],
    finds: ({ name, node, check }) =>
      name === "pong-4" || (node === "node-4" && check === "nodeport") ? TIMEOUT : OK,
  });
  const { findings, memory } = conclude(closed, view, keeper.memory);
  return { closed: { ...closed, findings } satisfies ClosedRound, memory };
}

const tracked = (memory: FindingsMemory) =>
  new Map(memory.findings.map((each) => [each.finding.id, each]));

describe("an upgrade from netchecker 1", () => {
  it("continues the same findings, with their ids and onsets", async () => {
    const keeper = new RoundKeeper(store, LOG);
    await keeper.restore();
    expect(keeper).toMatchObject({ restored: true, lastId: 14 });
    const before = tracked(keeper.memory);

    const { closed, memory } = theNext(keeper);
    await keeper.keep(closed, memory);
    const now = closed.findings.filter(({ state }) => state === "ongoing").map(({ id }) => id);
    expect(now).toEqual(["agent-silent-node-1-7", "agent-missing-node-5-4", "pong-node-4-4"]);
    for (const id of now) {
      const { finding, marks } = tracked(memory).get(id)!;
      const was = before.get(id)!;
      expect(finding.since).toEqual(was.finding.since);
      expect(finding.rounds).toBe(was.finding.rounds + 1);
      expect(finding.severity).toBe(was.finding.severity);
      expect(marks.startsWith(was.marks.slice(-11))).toBe(true);
    }

    // The same after another restart.
    const again = await aStore(redis, HISTORY, {}, NAMES);
    expect(await again.memory()).toEqual(memory);
    expect((await again.lastClosed())!.findings).toEqual(closed.findings);
    const stored = await again.round(15);
    expect({ ...stored, matrices: null }).toEqual({
      ...closed,
      head: { ...closed.head, stored: true },
      matrices: null,
    });
    expect([...results(stored!)]).toEqual([...results(closed)]);
    expect((await again.heads(100)).map(({ head }) => head.id)).toEqual([15, ...ALL]);
  });

  it("answers with planned in old and new rounds, and uses expected only for the agents that should report", async () => {
    const keeper = new RoundKeeper(store, LOG);
    await keeper.restore();
    const app = await anApp(aServed(keeper));
    const paths = ["/rounds?limit=100", "/timeline", "/findings", "/node-states", "/mesh"];
    paths.push("/results", "/findings/agent-silent-node-1-7");
    for (const id of ALL.filter((each) => each !== 9))
      paths.push(
        `/rounds/${id}`,
        `/rounds/${id}/results`,
        `/rounds/${id}/mesh`,
        `/rounds/${id}/node-states`,
      );
    for (const path of paths) {
      const response = await app.inject(path);
      expect([path, response.statusCode]).toEqual([path, 200]);
      expect(response.body).not.toMatch(/"expected":(?!\d+,"reported")/);
    }
    expect((await app.inject("/rounds/14/results")).body).toContain('"planned":"node_not_ready"');
    const { history } = (await app.inject("/findings/agent-silent-node-1-7")).json();
    const shown = history.map(({ round }: { round: number }) => round);
    expect(shown).toEqual([15, 14, 13, 12, 11, 10, 8, 7]);
    await app.close();
  });
});
