import type { Verdict } from "@netchecker/contract";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { OtherHolder } from "../src/core/lease-holder.ts";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { aClosedRound, aView, countAsked } from "@netchecker/round/testing/a-round";
import { judged } from "@netchecker/conclude/testing/judged";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aStore } from "./support/a-store.ts";

let redis: ARedis;
let keeper: RoundKeeper;
let app: AnApp;
/** The verdict of now; null means that of the last round. */
let now: Verdict | null;
let isStale: boolean;
let holder: OtherHolder | null;

beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  const commands = await redis.connect();
  await commands.flushall();
  keeper = new RoundKeeper(await aStore(commands, { fullRounds: 1, rounds: 9 }), LOG);
  [now, isStale, holder] = [null, false, null];
  const ofRound = aServed(keeper).verdict;
  app = await anApp(
    aServed(keeper, {
      verdict: () => now ?? ofRound(),
      isStale: () => isStale,
      holder: () => holder,
    }),
  );
});

const aVerdict = (verdict: Verdict["verdict"], with_: Partial<Verdict> = {}): Verdict => ({
  verdict,
  sentence: "why it is so.",
  since: "2026-11-22T23:50:00.000Z",
  reason: null,
  ...with_,
});

const AWAY = aVerdict("unmeasured", {
  reason: "redis_away",
  sentence: "no round has closed since round 7: Redis does not answer.",
});

const CHECKS = countAsked(aClosedRound(aView(3)).plan);
const aRound = (id = 7) => judged(aClosedRound(aView(3), { run: { id } }));

const status = async (url: string) => (await app.inject(url)).statusCode;

describe("GET /verdict", () => {
  it("is the verdict, with the round that it comes from", async () => {
    await keeper.keep(aRound());
    expect((await app.inject("/verdict")).json()).toEqual({
      verdict: "ok",
      sentence: `all ${CHECKS} checks ok.`,
      since: "2026-11-22T23:51:11.166Z",
      reason: null,
      round: { id: 7, at: "2026-11-22T23:51:11.166Z" },
    });
  });

  it("says before the first round that it is yet to close, with 200, because that answers the question", async () => {
    const response = await app.inject("/verdict");
    expect(response.statusCode).toBe(200);
    expect(response.json()).toMatchObject({
      verdict: "unmeasured",
      reason: "first_round_pending",
      round: null,
    });
  });

  it("is one line of text for people", async () => {
    await keeper.keep(aRound());
    const { body, headers } = await app.inject("/verdict?format=text");
    expect(headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(body).toMatch(/^OK since 2026-11-22 23:51:11Z \(\d+ h\): all \d+ checks ok\.\n$/);
    expect(body).toContain(`all ${CHECKS} checks`);
  });

  it.each([
    ["ok", 200, 200, 200],
    ["degraded", 200, 200, 503],
    ["failing", 200, 503, 503],
    ["unmeasured", 200, 503, 503],
  ] as const)(
    "%s is %i, with ?strict %i, with ?strict=degraded %i",
    async (verdict, plain, strict, stricter) => {
      now = aVerdict(verdict);
      expect(await status("/verdict")).toBe(plain);
      expect(await status("/verdict?strict")).toBe(strict);
      expect(await status("/verdict?strict=degraded")).toBe(stricter);
      expect(await status("/verdict?strict&format=text")).toBe(strict);
      expect((await app.inject("/verdict?strict")).json().verdict).toBe(verdict);
    },
  );

  it("names the allowed values if a parameter is wrong", async () => {
    const response = await app.inject("/verdict?strict=ok");
    expect(response.statusCode).toBe(400);
    expect(response.json().message).toBe(
      'Parameter strict is "ok"; allowed: nothing, failing, degraded.',
    );
  });

  it("answers a poll with 304 until the verdict changes, but never instead of a strict 503", async () => {
    now = aVerdict("ok");
    const { headers } = await app.inject("/verdict");
    const poll = (url: string) =>
      app.inject({ url, headers: { "if-none-match": headers["etag"] as string } });
    expect((await poll("/verdict")).statusCode).toBe(304);
    now = AWAY;
    expect((await poll("/verdict")).statusCode).toBe(200);
    expect((await poll("/verdict?strict")).statusCode).toBe(503);
  });
});

describe("while the last round is too old", () => {
  beforeEach(async () => {
    await keeper.keep(aRound());
    [now, isStale] = [AWAY, true];
  });

  it.each(["/results", "/results?format=ndjson", "/findings", "/node-states"])(
    "%s answers 503 with the verdict, and says where the last round is",
    async (url) => {
      const response = await app.inject(url);
      expect(response.statusCode).toBe(503);
      expect(response.json()).toMatchObject({
        code: "unmeasured",
        message: expect.stringMatching(/^No round has closed since round 7: Redis/),
        verdict: AWAY,
        round: { id: 7 },
        url: "/rounds/7/results",
        findings: [],
      });
    },
  );

  it("text begins with the verdict, and says that the round below is old", async () => {
    const response = await app.inject("/results?format=text");
    expect(response.statusCode).toBe(503);
    expect(response.body).toMatch(
      /^UNMEASURED since .*: no round has closed since round 7: Redis does not answer\.\n! What follows is the last round that closed\. It says nothing of now\.\n/,
    );
    expect(response.body).toContain("\nRound 7, ");
  });

  it.each(["/report", "/report/true", "/report/false", "/simple/true", "/simple/false", "/nodes"])(
    "%s, which has no verdict, answers 503 with the reason",
    async (url) => {
      const response = await app.inject(url);
      expect(response.statusCode).toBe(503);
      expect(response.json().message).toContain("Redis does not answer");
    },
  );

  it("the round itself is still there, under its own verdict", async () => {
    const body = (await app.inject("/rounds/7/results")).json();
    expect(body.verdict).toMatchObject({ verdict: "ok" });
    expect((await app.inject("/rounds/7")).json().round.verdict).toMatchObject({ verdict: "ok" });
    expect((await app.inject("/timeline")).json().rounds[0].verdict).toBe("ok");
    const text = await app.inject("/rounds/7/results?format=text");
    expect(text.body).toMatch(/^OK since /);
    expect(await status("/mesh")).toBe(200);
  });

  it("netchecker is alive, but not ready", async () => {
    const ready = await app.inject("/readyz");
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ status: "not_ready", verdict: AWAY });
    expect(await status("/healthz")).toBe(200);
  });
});

describe("if a round closed and nobody reported", () => {
  beforeEach(async () => {
    const silent = [1, 2, 3].map((n) => `node-${n}`);
    await keeper.keep(judged(aClosedRound(aView(3), { silent })));
  });

  it("the round is served with its verdict and its findings, because it is recent", async () => {
    const body = (await app.inject("/results")).json();
    expect(body.verdict).toMatchObject({ verdict: "unmeasured", reason: "no_agent_reported" });
    expect(body.round.id).toBe(7);
  });

  it("the original's routes, which have no verdict, answer 503", async () => {
    expect(await status("/report")).toBe(503);
    expect(await status("/nodes")).toBe(503);
  });
});

it("the legacy routes answer [] for a measured round without such rows", async () => {
  await keeper.keep(aRound());
  const response = await app.inject("/report/false");
  expect([response.statusCode, response.body]).toEqual([200, "[]"]);
});

it("answers about the same round get another ETag as soon as the verdict changes", async () => {
  await keeper.keep(aRound());
  for (const url of ["/results", "/mesh"]) {
    now = null;
    const { headers } = await app.inject(url);
    const poll = () => app.inject({ url, headers: { "if-none-match": headers["etag"] as string } });
    expect((await poll()).statusCode).toBe(304);
    now = aVerdict("unmeasured", { reason: "no_agent_reported" });
    expect((await poll()).statusCode).toBe(200);
  }
});

describe("a netchecker on standby", () => {
  beforeEach(async () => {
    await keeper.keep(aRound());
    holder = { pod: "netchecker-abc", cluster: null, clusterName: null, sameCluster: true };
    now = aVerdict("unmeasured", {
      reason: "lease_held",
      sentence: "another netchecker, netchecker-abc, holds the lease and opens the rounds.",
    });
  });

  it.each([
    "/verdict",
    "/results",
    "/mesh",
    "/rounds",
    "/rounds/7",
    "/rounds/7/results",
    "/rounds/7/mesh",
    "/findings",
    "/node-states",
    "/node-states/node-1/history",
    "/timeline",
    "/state",
    "/events",
    "/report",
    "/nodes",
  ])("answers %s with a 503 that names the holder, never with a round", async (url) => {
    const response = await app.inject(url);
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("1");
    expect(response.json()).toMatchObject({
      code: "standing_by",
      holder: "netchecker-abc",
      message: expect.stringContaining("netchecker-abc"),
    });
  });

  it("says so as text, too, and is not ready", async () => {
    const text = await app.inject("/results?format=text");
    expect(text.statusCode).toBe(503);
    expect(text.body).toMatch(/^UNMEASURED since .*: another netchecker, netchecker-abc, .*\n$/);
    const ready = await app.inject("/readyz");
    expect(ready.statusCode).toBe(503);
    expect(ready.json().verdict.reason).toBe("lease_held");
    expect(await status("/healthz")).toBe(200);
  });

  it("opens no round", async () => {
    const response = await app.inject({
      method: "POST",
      url: "/rounds",
      headers: { "x-netchecker": "1" },
    });
    expect(response.statusCode).toBe(503);
    expect(response.json().code).toBe("standing_by");
  });
});
