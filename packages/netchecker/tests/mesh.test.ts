import { MeshSchema } from "@netchecker/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { Errors } from "typebox/schema";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { aStore } from "./support/a-store.ts";

let redis: ARedis;
let keeper: RoundKeeper;
let app: AnApp;

beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  const commands = await redis.connect();
  await commands.flushall();
  keeper = new RoundKeeper(await aStore(commands, { fullRounds: 1, rounds: 9 }), LOG);
  app = await anApp(aServed(keeper));
});

const aRound = (id: number) =>
  aClosedRound(aView(3), {
    run: { id },
    silent: ["node-3"],
    finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
  });

describe("GET /mesh", () => {
  it("is a 503 with Retry-After before the first round", async () => {
    const response = await app.inject("/mesh");
    expect([response.statusCode, response.json().code]).toEqual([503, "no_round_yet"]);
  });

  it("has the documented shape, with one row per node and one letter per outcome", async () => {
    await keeper.keep(aRound(7));
    const body = (await app.inject("/mesh?with=attempts,latencies")).json();
    expect(Errors(MeshSchema, body)).toEqual([true, []]);
    expect(body.round.id).toBe(7);
    expect(body.nodes.map(({ name, missing }: never) => [name, missing])).toEqual([
      ["node-1", null],
      ["node-2", null],
      ["node-3", "silent"],
    ]);
    expect(body.planes).toHaveLength(6);
    expect(body.planes[0]).toMatchObject({
      type: "pod",
      check: "echo",
      family: "IPv4",
      targets: [{ node: 0 }, { node: 1, name: "pong-2", address: "10.2.0.2:8080" }, { node: 2 }],
      reasons: ["aba", "aba", "ooo"],
      attempts: ["131", "131", "000"],
    });
    expect(body.planes[0].latencies).toHaveLength(3);
  });

  it("gives attempts and latencies only on request", async () => {
    await keeper.keep(aRound(7));
    const fieldsWith = async (query: string) => {
      const [plane] = (await app.inject(`/mesh${query}`)).json().planes as object[];
      return Object.keys(plane!).filter((key) => ["attempts", "latencies"].includes(key));
    };
    expect(await fieldsWith("")).toEqual([]);
    expect(await fieldsWith("?with=latencies")).toEqual(["latencies"]);
    expect(await fieldsWith("?with=latencies,attempts")).toEqual(["attempts", "latencies"]);
  });

  it.each([
    ["?with=loss", 'Parameter with is "loss"; allowed: attempts, latencies, comma-separated.'],
    [
      "?with=attempts,",
      'Parameter with is "attempts,"; allowed: attempts, latencies, comma-separated.',
    ],
    ["?plus=1", "Parameter plus is unknown; allowed: with."],
  ])("%s is answered by a 400 that says what is allowed", async (query, message) => {
    await keeper.keep(aRound(7));
    const response = await app.inject(`/mesh${query}`);
    expect([response.statusCode, response.json()]).toEqual([400, { code: "bad_request", message }]);
  });

  it("answers a poll with the same ETag with 304, until there is another round or the query changes", async () => {
    await keeper.keep(aRound(7));
    const etag = (await app.inject("/mesh")).headers["etag"] as string;
    const poll = async (url: string) =>
      (await app.inject({ url, headers: { "if-none-match": etag } })).statusCode;
    expect(await poll("/mesh")).toBe(304);
    expect(await poll("/mesh?with=attempts")).toBe(200);
    await keeper.keep(aRound(8));
    expect(await poll("/mesh")).toBe(200);
  });

  it("is compressed for clients that accept it", async () => {
    await keeper.keep(aRound(7));
    const headers = { "accept-encoding": "gzip" };
    const response = await app.inject({ url: "/mesh", headers });
    expect(response.headers["content-encoding"]).toBe("gzip");
  });
});

describe("GET /rounds/:id/mesh", () => {
  it("shows an old round of which only the failures are kept", async () => {
    await keeper.keep(aRound(1));
    await keeper.keep(aRound(2));
    const whole = (await app.inject("/rounds/2/mesh")).json();
    expect(whole.planes[0].reasons).toEqual(["aba", "aba", "ooo"]);
    const old = (await app.inject("/rounds/1/mesh")).json();
    expect(old.round).toMatchObject({ id: 1, kept: "failures" });
    expect(old.planes[0].reasons).toEqual([".b.", ".b.", "..."]);
    expect(old.nodes).toEqual(whole.nodes);
  });

  it("answers 404 with the state of a round without a result, and 404 for an unknown round", async () => {
    await keeper.keepHead(
      roundWithoutResult({ id: 2, startedAt: 1_000, finishedAt: 2_000 }, "failed", "no Redis"),
    );
    expect((await app.inject("/rounds/2/mesh")).json()).toEqual({
      code: "no_results",
      message: "Round 2 is failed: it has no results.",
    });
    expect((await app.inject("/rounds/3/mesh")).json().code).toBe("no_such_round");
    expect((await app.inject("/rounds/3/mesh?with=x")).statusCode).toBe(400);
  });
});
