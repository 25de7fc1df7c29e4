import { NodeHistorySchema, TimelineSchema } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import { Errors } from "typebox/schema";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { conclude } from "@netchecker/conclude";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG, NAMES } from "./support/a-redis.ts";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { aStore } from "./support/a-store.ts";

let redis: ARedis;
let commands: Redis;
let keeper: RoundKeeper;
let app: AnApp;

beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  commands = await redis.connect();
  await commands.flushall();
  await start();
});

/** Starts anew, with nothing but what Redis has. */
async function start(): Promise<void> {
  const store = await aStore(commands, { fullRounds: 2, rounds: 4 });
  keeper = new RoundKeeper(store, LOG);
  await keeper.restore();
  app = await anApp(aServed(keeper));
}

/** From round 3 on, pong-2 fails for all nodes but its own. In round 4, node-3 is silent. */
const aRound = (id: number): ClosedRound =>
  aClosedRound(aView(3), {
    run: { id },
    silent: id === 4 ? ["node-3"] : [],
    finds: (target, from) =>
      id >= 3 && target.name === "pong-2" && from !== "node-2" ? TIMEOUT : OK,
  });

async function keepRounds(...ids: number[]): Promise<void> {
  for (const id of ids) {
    const round = aRound(id);
    const { findings, memory } = conclude(round, aView(3), keeper.memory);
    await keeper.keep({ ...round, findings }, memory);
  }
}

const get = async (url: string) => (await app.inject(url)).json();

describe("GET /timeline", () => {
  it("is empty before the first round", async () => {
    expect(await get("/timeline")).toEqual({ rounds: [] });
  });

  it("has the kept rounds, oldest first, and says how much of each is kept", async () => {
    await keepRounds(1, 2, 3, 4);
    await keeper.keepHead(
      roundWithoutResult({ id: 5, startedAt: 1_000, finishedAt: 2_000 }, "failed", "no Redis"),
    );
    const body = await get("/timeline");
    expect(Errors(TimelineSchema, body)).toEqual([true, []]);
    expect(body.rounds.map(({ id, state, kept }: never) => [id, state, kept])).toEqual([
      [2, "closed", "failures"],
      [3, "closed", "all"],
      [4, "closed", "all"],
      [5, "failed", "none"],
    ]);
    expect(body.rounds[0]).toMatchObject({ failed: 0, critical: 0, warning: 0, info: 0 });
    expect(body.rounds[1]).toMatchObject({ failed: 2, total: 36, reported: 3 });
    expect(body.rounds[2]).toMatchObject({ reported: 2, unknown: 12 });
    const { findings } = await get("/findings");
    const { critical, warning, info } = body.rounds[2];
    expect(critical + warning + info).toBe(findings.length);
    expect(findings.length).toBeGreaterThan(0);
  });

  it("is the same after a restart", async () => {
    await keepRounds(1, 2, 3);
    const before = await get("/timeline");
    await start();
    expect(await get("/timeline")).toEqual(before);
  });

  it("shows rounds that were stored before findings were counted, without their counts", async () => {
    await keepRounds(1, 2);
    await commands.hdel(NAMES.round(1), "entry", "nodes");
    await start();
    const [old, recent] = (await get("/timeline")).rounds;
    expect(old).toEqual({ ...recent, id: 1, critical: null, warning: null, info: null });
  });

  it("includes rounds that are not stored yet, and works without Redis", async () => {
    await keepRounds(1);
    commands.disconnect();
    await keepRounds(2);
    expect((await get("/timeline")).rounds.map(({ id }: { id: number }) => id)).toEqual([2]);
  });

  it("gives the requested number of rounds, the newest ones", async () => {
    await keepRounds(1, 2, 3);
    const { rounds } = await get("/timeline?limit=2");
    expect(rounds.map(({ id }: { id: number }) => id)).toEqual([2, 3]);
    expect((await get("/timeline?limit=0")).message).toBe("Parameter limit is 0; allowed: >= 1.");
    expect((await get("/timeline?limit=10001")).message).toBe(
      "Parameter limit is 10001; allowed: <= 10000.",
    );
  });

  it("answers a poll with the same ETag with 304, until there is another round", async () => {
    await keepRounds(1);
    const etag = (await app.inject("/timeline")).headers["etag"] as string;
    const poll = () => app.inject({ url: "/timeline", headers: { "if-none-match": etag } });
    expect(await poll()).toMatchObject({ statusCode: 304, body: "" });
    await keepRounds(2);
    expect((await poll()).statusCode).toBe(200);
  });
});

describe("GET /node-states/:node/history", () => {
  it("has a node's numbers in the kept rounds, oldest first, also after a restart", async () => {
    await keepRounds(1, 2, 3, 4);
    await start();
    const body = await get("/node-states/node-2/history");
    expect(Errors(NodeHistorySchema, body)).toEqual([true, []]);
    const counts = body.rounds.map((each: Record<string, unknown>) => [
      each["id"],
      each["agent"],
      each["outFailed"],
      each["inFailed"],
      each["inTotal"],
    ]);
    expect(counts).toEqual([
      [1, "reported", 0, 0, 6],
      [2, "reported", 0, 0, 6],
      [3, "reported", 0, 2, 6],
      [4, "reported", 0, 1, 6],
    ]);
    expect((await get("/node-states/node-3/history")).rounds.at(-1)).toMatchObject({
      agent: "silent",
      outLatencyMs: null,
    });
  });

  it("has the same numbers for a round whose outcomes are no longer kept", async () => {
    await keepRounds(3);
    const [before] = (await get("/node-states/node-2/history")).rounds;
    await keepRounds(4, 5, 6);
    expect((await get("/rounds/3")).round.kept).toBe("failures");
    expect((await get("/node-states/node-2/history")).rounds[0]).toEqual(before);
    await keepRounds(7);
    expect((await get("/node-states/node-2/history")).rounds[0].id).toBe(4);
  });

  it("answers 404 for an unknown node", async () => {
    await keepRounds(1);
    const response = await app.inject("/node-states/node-9/history");
    expect([response.statusCode, response.json()]).toEqual([
      404,
      {
        code: "no_such_node",
        message: "There is no node node-9 in the kept rounds; see /node-states.",
      },
    ]);
  });

  it("does not answer 404 while Redis is away", async () => {
    await keepRounds(1);
    commands.disconnect();
    expect((await get("/node-states/node-1/history")).rounds).toHaveLength(1);
    const response = await app.inject("/node-states/node-9/history");
    expect([response.statusCode, response.json().code]).toEqual([503, "redis_away"]);
  });
});

describe("GET /rounds/:id/node-states", () => {
  it("has the states of that round, in the shape of /node-states", async () => {
    await keepRounds(2, 3);
    expect(await get("/rounds/3/node-states")).toEqual(await get("/node-states"));
    const { round, nodes } = await get("/rounds/2/node-states");
    expect(round.id).toBe(2);
    expect(nodes[1]).toMatchObject({ node: "node-2", to: { pod: { total: 3, failed: 0 } } });
    expect((await app.inject("/rounds/9/node-states")).statusCode).toBe(404);
  });
});
