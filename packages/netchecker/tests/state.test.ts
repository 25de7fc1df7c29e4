import { text } from "node:stream/consumers";
import { type State, StateSchema, type Verdict } from "@netchecker/contract";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { Errors } from "typebox/schema";
import { Changes } from "../src/changes.ts";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aClosedRound, aView } from "@netchecker/round/testing/a-round";
import { aStore } from "./support/a-store.ts";

const TOKEN = "a-token-of-sixteen-and-more";

let redis: ARedis;
let keeper: RoundKeeper;
let changes: Changes;
let open: { id: number; startedAt: number } | null;
let staleSince: number | null;
/** The verdict of now; null means that of the last round. */
let now: Verdict | null;
let app: AnApp;
let url: string;
let leave: AbortController;

beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  const commands = await redis.connect();
  await commands.flushall();
  changes = new Changes();
  const store = await aStore(commands, { fullRounds: 1, rounds: 9 });
  keeper = new RoundKeeper(store, LOG, changes);
  open = null;
  staleSince = null;
  now = null;
  leave = new AbortController();
  await serve();
});
afterEach(async () => {
  leave.abort();
  await app.close();
});

async function serve(token?: string): Promise<void> {
  await app?.close();
  const ofRound = aServed(keeper).verdict;
  const served = aServed(keeper, {
    changes,
    verdict: () => now ?? ofRound(),
    openRound: () => open,
    clusterStaleSince: () => staleSince,
  });
  app = await anApp(served, { token });
  url = await app.listen({ host: "127.0.0.1", port: 0 });
}

const aRound = (id: number) => aClosedRound(aView(2), { run: { id } });

/** Listens like the page. Each call of `next` waits for one event. */
async function listen(headers: Record<string, string> = {}) {
  const response = await fetch(`${url}/events`, { headers, signal: leave.signal });
  const pieces = response.body!.pipeThrough(new TextDecoderStream())[Symbol.asyncIterator]();
  let read = "";
  return {
    response,
    async next(): Promise<State> {
      while (!read.includes("\n\n")) {
        const { value, done } = await pieces.next();
        if (done) throw new Error("the stream has ended");
        read += value;
      }
      const [event, ...rest] = read.split("\n\n");
      read = rest.join("\n\n");
      expect(event).toMatch(/^event: state\ndata: \{.*\}$/);
      return JSON.parse(event!.slice(event!.indexOf("{"))) as State;
    },
  };
}

describe("GET /state", () => {
  it("has no round before the first one", async () => {
    const body = (await app.inject("/state")).json();
    expect(Errors(StateSchema, body)).toEqual([true, []]);
    expect(Date.now() - Date.parse(body.now)).toBeLessThan(10_000);
    expect(body).toMatchObject({
      intervalMs: 10_000,
      last: null,
      shown: null,
      open: null,
      clusterSynced: true,
      clusterViewStaleSince: null,
      redisAwaySince: null,
    });
  });

  it("has the shown round, a newer one without a result, and the open one", async () => {
    await keeper.keep(aRound(7));
    await keeper.keepHead(
      roundWithoutResult({ id: 8, startedAt: 1_000, finishedAt: 2_000 }, "failed", "no Redis"),
    );
    open = { id: 9, startedAt: 3_000 };
    expect((await app.inject("/state")).json()).toMatchObject({
      last: { id: 8, state: "failed", at: "1970-01-01T00:00:02.000Z" },
      shown: { id: 7, at: "2026-11-22T23:51:11.166Z" },
      open: { id: 9, startedAt: "1970-01-01T00:00:03.000Z" },
    });
  });

  it("has the last round after a restart", async () => {
    await keeper.keep(aRound(7));
    const commands = await redis.connect();
    const store = await aStore(commands, { fullRounds: 1, rounds: 9 });
    keeper = new RoundKeeper(store, LOG, changes);
    await keeper.restore();
    await serve();
    expect((await app.inject("/state")).json()).toMatchObject({
      last: { id: 7, state: "closed" },
      shown: { id: 7 },
    });
  });
});

describe("GET /events", () => {
  it("sends the state at once, as uncompressed server-sent events that proxies do not hold back", async () => {
    const { response, next } = await listen({ "accept-encoding": "gzip, br" });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    expect(response.headers.get("content-encoding")).toBeNull();
    const state = await next();
    expect(Errors(StateSchema, state)).toEqual([true, []]);
  });

  it("sends an event when only the clock changes the verdict", async () => {
    await keeper.keep(aRound(7));
    const { next } = await listen();
    await next();
    now = {
      verdict: "unmeasured",
      sentence: "no round has closed since round 7.",
      since: "2026-11-22T23:51:11.166Z",
      reason: "rounds_stopped",
    };
    expect(await next()).toMatchObject({ verdict: now, shown: { id: 7 } });
  });

  it("sends one event for each change, and only one for changes at the same time", async () => {
    const { next } = await listen();
    expect(await next()).toMatchObject({ open: null, shown: null });
    open = { id: 7, startedAt: 1_000 };
    changes.tell();
    expect(await next()).toMatchObject({ open: { id: 7 }, shown: null });
    open = null;
    changes.tell();
    await keeper.keep(aRound(7));
    expect(await next()).toMatchObject({ open: null, last: { id: 7 }, shown: { id: 7 } });
    // This changes nothing, so no event is sent for it.
    changes.tell();
    await new Promise((resolve) => void setImmediate(resolve));
    await keeper.keep(aRound(8));
    expect(await next()).toMatchObject({ shown: { id: 8 } });
  });

  it("sends an event when the view of the cluster becomes stale", async () => {
    const { next } = await listen();
    await next();
    staleSince = 5_000;
    expect(await next()).toMatchObject({ clusterViewStaleSince: "1970-01-01T00:00:05.000Z" });
  });

  it("ends for all listeners when netchecker ends, without delaying that", async () => {
    const { response, next } = await listen();
    await next();
    const ended = await listen();
    await app.close();
    await expect(next()).rejects.toThrow("the stream has ended");
    await expect(ended.next()).resolves.toMatchObject({ open: null });
    expect(response.headers.get("connection")).toBe("close");
  });

  it("refuses the 101st listener, until one has left", async () => {
    const first = new AbortController();
    const responses = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        fetch(`${url}/events`, { signal: index === 0 ? first.signal : leave.signal }),
      ),
    );
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([200]));
    const refused = await fetch(`${url}/events`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "30"]);
    expect(await refused.json()).toEqual({
      code: "too_many_listeners",
      message: "100 listen to /events already; poll /state instead.",
    });
    first.abort();
    await vi.waitFor(async () => {
      const response = await fetch(`${url}/events`, { signal: leave.signal });
      if (response.status !== 200) await text(response.body!);
      expect(response.status).toBe(200);
    });
  });

  it("is not there for HEAD, which would listen for ever", async () => {
    expect((await fetch(`${url}/events`, { method: "HEAD" })).status).toBe(404);
  });

  it("needs the token, if there is one", async () => {
    await serve(TOKEN);
    expect((await fetch(`${url}/events`)).status).toBe(401);
    expect((await fetch(`${url}/state`)).status).toBe(401);
    const { next } = await listen({ authorization: `Bearer ${TOKEN}` });
    expect(await next()).toMatchObject({ clusterSynced: true });
  });
});
