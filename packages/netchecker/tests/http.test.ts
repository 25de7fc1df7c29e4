import { type AddressInfo, connect } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Finding } from "@netchecker/contract";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { conclude } from "@netchecker/conclude";
import { ANSWER_LIMITS } from "../src/http/answers/answers.ts";
import { roundWithoutResult } from "@netchecker/round/round-without-result";
import type { Served } from "../src/http/served.ts";
import { RoundKeeper } from "../src/keep-rounds.ts";
import { CannotOpenRoundError } from "../src/run-one-round.ts";
import { type ARedis, aRedis, LOG } from "./support/a-redis.ts";
import { type AnApp, anApp, aServed } from "./support/a-served.ts";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import { judged } from "@netchecker/conclude/testing/judged";
import { aStore } from "./support/a-store.ts";

let redis: ARedis;
let keeper: RoundKeeper;
const HISTORY = { fullRounds: 1, rounds: 9 };
let app: AnApp;
let redisAwaySince: number | null;
let open: { id: number; startedAt: number } | null;

beforeAll(async () => {
  redis = await aRedis();
});
afterAll(() => redis.stop());

beforeEach(async () => {
  const commands = await redis.connect();
  await commands.flushall();
  keeper = new RoundKeeper(await aStore(commands, { fullRounds: 1, rounds: 9 }), LOG);
  redisAwaySince = null;
  open = null;
  app = await anApp(served());
});

const served = (with_: Partial<Served> = {}): Served =>
  aServed(keeper, { redisAwaySince: () => redisAwaySince, openRound: () => open, ...with_ });

const aRound = (id: number) =>
  judged(
    aClosedRound(aView(3), {
      run: { id },
      silent: ["node-3"],
      finds: (target) => (target.name === "pong-2" ? TIMEOUT : OK),
    }),
  );

const VERDICT = {
  verdict: "degraded",
  sentence: "2 of 36 checks failed, and no alarm says why yet; 1 agent did not report (node-3).",
  since: "2026-11-22T23:51:11.166Z",
  reason: null,
};

describe("GET /results", () => {
  it.each(["", "?format=ndjson", "?format=text"])(
    "%s is a 503 with Retry-After if no more answers can be held",
    async (query) => {
      await keeper.keep(aRound(7));
      const full = await anApp(served(), {
        limits: { ...ANSWER_LIMITS, sharedBytes: 100, streams: 0 },
      });
      const { statusCode, headers, body } = await full.inject(`/results${query}`);
      expect([statusCode, headers["retry-after"], headers["etag"]]).toEqual([503, "2", undefined]);
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(JSON.parse(body)).toEqual({
        code: "busy",
        message: expect.stringContaining("Try again in 2 s."),
      });
    },
  );

  it("is a 503 with Retry-After before the first round", async () => {
    const response = await app.inject("/results");
    expect(response.statusCode).toBe(503);
    expect(response.headers["retry-after"]).toBe("10");
    expect(response.json()).toEqual({
      code: "no_round_yet",
      message: "The first round is yet to close. Try again in 10 s.",
      verdict: expect.objectContaining({
        verdict: "unmeasured",
        reason: "first_round_pending",
      }),
    });
    const text = await app.inject("/results?format=text");
    expect(text.statusCode).toBe(503);
    expect(text.body).toMatch(/^UNMEASURED since .*: the first round is yet to close\.\n$/);
  });

  it("has the documented shape", async () => {
    await keeper.keep(aRound(7));
    const body = (await app.inject("/results")).json();
    expect(Object.keys(body)).toEqual([
      "verdict",
      "round",
      "summary",
      "findings",
      "redis",
      "notices",
      "results",
    ]);
    expect(body.round).toEqual({
      id: 7,
      state: "closed",
      startedAt: "2026-11-22T23:51:10.123Z",
      finishedAt: "2026-11-22T23:51:11.166Z",
      durationMs: 1_043,
      closedBy: "reports",
      expected: 3,
      reported: 2,
      missing: [{ pod: "ping-3", node: "node-3", why: "silent", detail: null, planned: null }],
      coverage: { nodes: 3, ready: 3 },
      dropped: { late: 0, repeated: 0, unknownAgent: 0, invalid: 0 },
      clusterViewStaleSince: null,
      stored: true,
      kept: "all",
      failure: null,
      verdict: VERDICT,
    });
    expect(body.verdict).toEqual(VERDICT);
    expect(body.summary.pod).toEqual({ total: 9, ok: 4, failed: 2, unknown: 3, planned: 0 });
    expect(body.findings).toEqual([]);
    expect(body.results).toHaveLength(24);
    expect(body.results[1]).toEqual({
      type: "pod",
      check: "echo",
      from: { pod: "ping-1", node: "node-1", ip: "10.1.0.1" },
      to: { name: "pong-2", node: "node-2", address: "10.2.0.2:8080", family: "IPv4" },
      ok: false,
      reason: "connect_timeout",
      latencyMs: null,
      attempts: 3,
    });
  });

  it("lists the unknown rows of a missing agent only if a filter asks for them", async () => {
    await keeper.keep(aRound(7));
    const rows = async (query: string) => {
      const { body } = await app.inject(`/results?format=ndjson${query}`);
      return body.split("\n").length - 1;
    };
    expect(await rows("")).toBe(24);
    expect(await rows("&to=node-1")).toBe(6);
    expect(await rows("&ok=unknown")).toBe(12);
    expect(await rows("&ok=unknown&to=node-1")).toBe(3);
    expect(await rows("&from=node-3")).toBe(12);
    expect((await app.inject("/report")).json()).toHaveLength(20);
  });

  it("filters, and gives one result per line as ndjson", async () => {
    await keeper.keep(aRound(7));
    const response = await app.inject(
      "/results?type=pod&ok=false&from=node-2&to=pong-2&format=ndjson",
    );
    expect(response.headers["content-type"]).toBe("application/x-ndjson; charset=utf-8");
    const lines = response.body.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line).from.node)).toEqual(["node-2"]);
  });

  it("gives text for people", async () => {
    await keeper.keep(aRound(7));
    const response = await app.inject("/results?format=text");
    expect(response.headers["content-type"]).toBe("text/plain; charset=utf-8");
    expect(response.body).toMatch(/^DEGRADED since .*: 2 of 36 checks failed, .*\nRound 7/);
  });

  it("answers a poll with the same ETag with 304, until something changes", async () => {
    await keeper.keep(aRound(7));
    const first = await app.inject("/results?type=pod");
    const etag = first.headers["etag"] as string;
    const poll = (url = "/results?type=pod") =>
      app.inject({ url, headers: { "if-none-match": `"other", ${etag}` } });
    expect(await poll()).toMatchObject({ statusCode: 304, body: "" });
    expect((await poll("/results?type=node")).statusCode).toBe(200);
    redisAwaySince = 1_000;
    expect((await poll()).statusCode).toBe(200);
    redisAwaySince = null;
    await keeper.keep(aRound(8));
    expect((await poll()).statusCode).toBe(200);
  });

  it("has another ETag for another round with the same id, and for another build", async () => {
    const tagOf = async (startedAt: number, build: string) => {
      const one = new RoundKeeper(await aStore(await redis.connect(), HISTORY), LOG);
      const round = aClosedRound(aView(3), { run: { id: 7, startedAt, finishedAt: 2_000 } });
      await one.keep(round);
      one.latest = { ...one.latest!, head: { ...one.latest!.head, stored: true } };
      const other = await anApp(aServed(one, { build }));
      return (await other.inject("/results")).headers["etag"];
    };
    const first = await tagOf(1_000, "a");
    expect(await tagOf(1_000, "a")).toBe(first);
    expect(await tagOf(1_001, "a")).not.toBe(first);
    expect(await tagOf(1_000, "b")).not.toBe(first);
  });

  it.each(["json", "ndjson"])("is compressed as %s for clients that accept it", async (format) => {
    await keeper.keep(aRound(7));
    const response = await app.inject({
      url: `/results?format=${format}`,
      headers: { "accept-encoding": "gzip" },
    });
    expect(response.headers["content-encoding"]).toBe("gzip");
    expect(response.rawPayload.length).toBeLessThan(2_000);
  });

  it("says in the body since when Redis is away", async () => {
    await keeper.keep(aRound(7));
    redisAwaySince = Date.parse("2026-11-23T00:00:00.000Z");
    const body = (await app.inject("/results")).json();
    expect(body.redis).toEqual({ awaySince: "2026-11-23T00:00:00.000Z" });
    expect(body.notices).toEqual([
      "Redis is away since 2026-11-23T00:00:00.000Z; this is the last round, served from memory.",
    ]);
  });
});

describe("bad requests", () => {
  it.each([
    ["/results?foo=1", "Parameter foo is unknown; allowed: type, ok, from, to, format."],
    ["/results?type=pods", 'Parameter type is "pods"; allowed: pod, node, service, external.'],
    ["/results?ok=maybe", 'Parameter ok is "maybe"; allowed: true, false, unknown.'],
    ["/results?format=xml", 'Parameter format is "xml"; allowed: json, text, ndjson.'],
    ["/rounds?limit=0", "Parameter limit is 0; allowed: >= 1."],
    ["/rounds?limit=many", 'Parameter limit is "many"; allowed: integer.'],
    ["/rounds/x", 'Parameter id is "x"; allowed: integer.'],
    ["/node-states?x=1", "Parameter x is unknown; allowed: none."],
    ["/report?x=1", "Parameter x is unknown; allowed: none."],
    ["/healthz?x=1", "Parameter x is unknown; allowed: none."],
    ["/openapi.json?x=1", "Parameter x is unknown; allowed: none."],
  ])("%s is answered by a 400 that says what is allowed", async (url, message) => {
    const response = await app.inject(url);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toEqual({ code: "bad_request", message });
  });

  it("with an infinite number are refused by every route that takes a number", async () => {
    const { paths } = (await app.inject("/openapi.json")).json();
    const urls = Object.entries(
      paths as Record<string, { get?: { parameters?: object[] } }>,
    ).flatMap(([path, { get }]) =>
      ((get?.parameters ?? []) as { name: string; in: string; schema: { type?: string } }[])
        .filter(({ schema }) => schema.type === "integer")
        .map((parameter) =>
          parameter.in === "path"
            ? path.replace(`{${parameter.name}}`, "Infinity")
            : `${path.replace(/\{.*?\}/g, "1")}?${parameter.name}=Infinity`,
        ),
    );
    expect(urls).toContain("/rounds/Infinity/results");
    expect(urls).toContain("/timeline?limit=Infinity");
    for (const url of [...urls, "/rounds?limit=1e400", "/findings?since=-Infinity"])
      expect([url, (await app.inject(url)).json().code]).toEqual([url, "bad_request"]);
  });

  it("may have a name of 253 characters, and a longer name gets an error", async () => {
    const name = "n".repeat(253);
    for (const [url, code] of [
      [`/node-states/${name}/history`, "no_such_node"],
      [`/findings/${name}`, "no_such_finding"],
      [`/node-states/${name}n/history`, "bad_request"],
      [`/findings/${"n".repeat(9_000)}`, "bad_request"],
    ] as const)
      expect((await app.inject(url)).json().code).toBe(code);
  });

  it.each([
    ["that is no HTTP", "hello\r\n\r\n", "400", "bad_request"],
    [
      "with a head without an end",
      `GET / HTTP/1.1\r\nX: ${"x".repeat(20_000)}`,
      "431",
      "headers_too_large",
    ],
  ])("%s get an error of the same shape as all others", async (_what, request, status, code) => {
    const own = await anApp(served());
    await own.listen({ host: "127.0.0.1", port: 0 });
    const socket = connect((own.server.address() as AddressInfo).port, "127.0.0.1");
    socket.write(request);
    const answer = await textOf(socket);
    await own.close();
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toMatchObject({ code });
  });

  it("to an unknown route get a 404 that points to /openapi.json", async () => {
    const response = await app.inject("/result");
    expect(response.statusCode).toBe(404);
    expect(response.json()).toEqual({
      code: "no_such_route",
      message: "There is no GET /result; see /openapi.json.",
    });
  });
});

describe("/rounds", () => {
  it("lists the open round, the kept ones, and those without a result", async () => {
    await keeper.keep(aRound(1));
    await keeper.keepHead(
      roundWithoutResult({ id: 2, startedAt: 1_000, finishedAt: 2_000 }, "failed", "no Redis"),
    );
    await keeper.keep(aRound(3));
    open = { id: 4, startedAt: 5_000 };
    const body = (await app.inject("/rounds")).json();
    expect(
      body.rounds.map(({ round }: never) => [round["id"], round["state"], round["kept"]]),
    ).toEqual([
      [4, "open", "none"],
      [3, "closed", "all"],
      [2, "failed", "none"],
      [1, "closed", "failures"],
    ]);
    const page = (await app.inject("/rounds?limit=1&before=3")).json();
    expect(page).toMatchObject({ rounds: [{ round: { id: 2, failure: "no Redis" } }], next: 2 });
  });

  it("gives one round, and the failures of an old one", async () => {
    await keeper.keep(aRound(1));
    await keeper.keep(aRound(3));
    expect((await app.inject("/rounds/1")).json()).toMatchObject({
      round: { id: 1, kept: "failures" },
      summary: { pod: { failed: 2 } },
    });
    const results = (await app.inject("/rounds/1/results")).json();
    expect(results.round.kept).toBe("failures");
    expect(results.results).toHaveLength(2);
  });

  it("says in which state a round without results is", async () => {
    await keeper.keepHead(
      roundWithoutResult({ id: 2, startedAt: 1_000, finishedAt: 2_000 }, "abandoned", "it ended"),
    );
    expect((await app.inject("/rounds/2/results")).json()).toEqual({
      code: "no_results",
      message: "Round 2 is abandoned: it has no results.",
    });
    expect((await app.inject("/rounds/99")).statusCode).toBe(404);
    expect((await app.inject("/rounds/99/results")).json().code).toBe("no_such_round");
  });

  it("starts no round for a page of another site, whatever such a page can send without a preflight", async () => {
    let opened = 0;
    const one = await anApp(
      served({
        triggerRound: async () => {
          opened += 1;
          return { id: 8, startedAt: 0 };
        },
      }),
    );
    const post = (headers: Record<string, string>, payload = "") =>
      one.inject({ method: "POST", url: "/rounds", headers, payload });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
      const refused = await post({ "content-type": type }, "a=b");
      expect([refused.statusCode, refused.json().code]).toEqual([415, "header_missing"]);
      expect(refused.json().message).toMatch(/application\/json or X-Netchecker: 1/);
    }
    expect((await post({})).statusCode).toBe(415);
    expect((await post({ "x-netchecker": "0" })).statusCode).toBe(415);
    expect(opened).toBe(0);
    expect((await post({ "content-type": "application/json" })).statusCode).toBe(202);
    expect((await post({ "content-type": "application/json" }, "{}")).statusCode).toBe(202);
    expect(
      (await post({ "x-netchecker": "1", "content-type": "text/plain" }, "x")).statusCode,
    ).toBe(202);
    expect(opened).toBe(3);
  });

  it("starts one round per pause, and says when the next can be requested", async () => {
    const one = await anApp(served({ requestPauseMs: 5_000 }));
    const post = () =>
      one.inject({ method: "POST", url: "/rounds", headers: { "x-netchecker": "1" } });
    expect((await post()).statusCode).toBe(202);
    const refused = await post();
    expect([refused.statusCode, refused.json().code]).toEqual([429, "too_soon"]);
    expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
    expect(Number(refused.headers["retry-after"])).toBeLessThanOrEqual(5);
  });

  it("starts a round on POST, and refuses a second one", async () => {
    const response = await app.inject({
      method: "POST",
      url: "/rounds",
      headers: { "x-netchecker": "1" },
    });
    expect(response.statusCode).toBe(202);
    expect(response.headers["location"]).toBe("/rounds/8");
    const busy = await anApp(
      served({
        triggerRound: async () => {
          throw new CannotOpenRoundError("round_open", "Round 8 is open; one at a time.");
        },
      }),
    );
    const refused = await busy.inject({
      method: "POST",
      url: "/rounds",
      headers: { "x-netchecker": "1" },
    });
    expect(refused.statusCode).toBe(409);
    expect(refused.json()).toEqual({
      code: "round_open",
      message: "Round 8 is open; one at a time. Try again later.",
    });
  });
});

describe("the other routes", () => {
  it("give each node's state", async () => {
    await keeper.keep(aRound(7));
    const { nodes } = (await app.inject("/node-states")).json();
    expect(nodes[1]).toMatchObject({
      node: "node-2",
      agent: "reported",
      from: { pod: { total: 3, ok: 2, failed: 1 } },
      to: {
        pod: { total: 3, ok: 0, failed: 2, unknown: 1 },
        node: { total: 6, ok: 4, unknown: 2 },
      },
    });
    expect(nodes[2]).toMatchObject({ node: "node-3", agent: "silent" });
  });

  it.each(["/report", "/report/true", "/report/false", "/simple/true", "/simple/false", "/nodes"])(
    "%s is an array, and before the first round a 503 with the reason",
    async (url) => {
      const before = await app.inject(url);
      expect(before.statusCode).toBe(503);
      expect(before.json().verdict.reason).toBe("first_round_pending");
      await keeper.keep(aRound(7));
      expect((await app.inject(url)).json().length).toBeGreaterThan(0);
    },
  );

  it("are all described in /openapi.json", async () => {
    const { paths } = (await app.inject("/openapi.json")).json();
    expect(Object.keys(paths).toSorted()).toEqual(
      [
        "/events",
        "/findings",
        "/findings/{id}",
        "/healthz",
        "/mesh",
        "/metrics",
        "/node-states",
        "/node-states/{node}/history",
        "/nodes",
        "/readyz",
        "/report",
        "/report/false",
        "/report/true",
        "/results",
        "/rounds",
        "/rounds/{id}",
        "/rounds/{id}/mesh",
        "/rounds/{id}/node-states",
        "/rounds/{id}/results",
        "/simple/false",
        "/simple/true",
        "/state",
        "/timeline",
        "/verdict",
      ].toSorted(),
    );
    expect(paths["/results"].get.responses["200"]).toBeDefined();
  });

  it("report ready while netchecker knows how the network is", async () => {
    const before = await app.inject("/readyz");
    expect(before.statusCode).toBe(503);
    expect(before.json()).toMatchObject({
      status: "not_ready",
      verdict: { verdict: "unmeasured", reason: "first_round_pending" },
    });
    await keeper.keep(aRound(7));
    redisAwaySince = 1_000;
    expect((await app.inject("/readyz")).json()).toMatchObject({
      status: "ready",
      lastRound: 7,
      verdict: VERDICT,
    });
  });
});

/** Concludes rounds and keeps them with the memory, as netchecker does. */
async function keepConcluded(...rounds: ClosedRound[]): Promise<void> {
  for (const round of rounds) {
    const { findings, memory } = conclude(round, aView(3), keeper.memory);
    await keeper.keep({ ...round, findings }, memory);
  }
}

describe("GET /findings", () => {
  const healthy = (id: number) => aClosedRound(aView(3), { run: { id } });
  const broken = (id: number) =>
    aClosedRound(aView(3), {
      run: { id },
      finds: (target, from) => (target.name === "pong-2" && from !== "node-2" ? TIMEOUT : OK),
    });
  const list = async (query = "") =>
    (await app.inject(`/findings${query}`)).json().findings as Finding[];

  it("has what is broken and since when, with the same id while it stays", async () => {
    await keepConcluded(healthy(6), broken(7));
    const [first] = await list();
    expect(first).toMatchObject({ kind: "pod-network", nodes: ["node-2"], state: "new" });
    await keepConcluded(broken(8));
    const [second] = await list();
    expect(second).toMatchObject({ id: first!.id, since: { round: 7 }, rounds: 2 });
    expect((await app.inject("/results")).json().findings).toEqual([second]);
    expect((await app.inject("/rounds/7")).json().findings).toEqual([first]);
  });

  it("keeps id and onset over a restart of netchecker", async () => {
    await keeper.restore();
    await keepConcluded(broken(7), broken(8));
    const [before] = await list();
    const commands = await redis.connect();
    keeper = new RoundKeeper(await aStore(commands, { fullRounds: 1, rounds: 9 }), LOG);
    await keeper.restore();
    app = await anApp(served());
    await keepConcluded(broken(9));
    const [after] = await list();
    expect(after).toMatchObject({ id: before!.id, since: { round: 7 }, rounds: 3 });
  });

  it("shows recovered findings for a while, and filters by state, node and onset", async () => {
    await keepConcluded(broken(5), broken(6), broken(7), broken(8), healthy(9));
    const [gone] = await list();
    expect(gone).toMatchObject({ kind: "pod-network", state: "recovered", lastSeen: { round: 8 } });
    expect(await list("?state=recovered&node=node-2&since=5")).toEqual([gone]);
    expect(await list("?state=ongoing")).toEqual([]);
    expect(await list("?node=node-1")).toEqual([]);
    expect(await list("?since=6")).toEqual([]);
    expect((await app.inject("/findings?state=old")).statusCode).toBe(400);
  });

  it("has one finding's history, newest first", async () => {
    await keepConcluded(broken(7), broken(8));
    const [{ id }] = (await list()) as [Finding];
    const { finding, history } = (await app.inject(`/findings/${id}`)).json();
    expect(finding.id).toBe(id);
    expect(history.map(({ round }: { round: number }) => round)).toEqual([8, 7]);
    const missing = await app.inject("/findings/none");
    expect([missing.statusCode, missing.json().code]).toEqual([404, "no_such_finding"]);
  });

  it("does not answer 404 for a finding while Redis is away", async () => {
    await keepConcluded(broken(7));
    const [{ id }] = (await list()) as [Finding];
    const commands = await redis.connect();
    const away = await aStore(commands, { fullRounds: 1, rounds: 9 });
    keeper = new RoundKeeper(away, LOG);
    await keeper.restore();
    app = await anApp(served());
    commands.disconnect();
    expect((await app.inject(`/findings/${id}`)).json().history).toHaveLength(1);
    const response = await app.inject("/findings/none");
    expect([response.statusCode, response.json().code]).toEqual([503, "redis_away"]);
  });
});

describe("GET /metrics", () => {
  it("is text for Prometheus about the last round and the process", async () => {
    await keeper.keep(aRound(7));
    const response = await app.inject("/metrics");
    expect(response.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    const lines = response.body.split("\n");
    expect(lines).toContain("# TYPE netchecker_agents_expected gauge");
    expect(lines).toContain("netchecker_agents_expected 3");
    expect(lines).toContain(
      'netchecker_agent_missing{node="node-3",why="silent",planned="false",expected="false"} 1',
    );
    expect(lines).toContain('netchecker_source_checks{node="node-1",type="pod",result="failed"} 1');
    expect(response.body).toMatch(/^process_resident_memory_bytes \d+$/m);
  });

  it("has no series of a node that is gone", async () => {
    await keeper.keep(aRound(7));
    expect((await app.inject("/metrics")).body).toContain('"node-3"');
    await keeper.keep(aClosedRound(aView(2), { run: { id: 8 } }));
    expect((await app.inject("/metrics")).body).not.toContain('"node-3"');
  });
});

describe("with an API token", () => {
  const token = "a-token-of-sixteen-and-more";

  it("everything but health needs it", async () => {
    await keeper.keep(aRound(7));
    const guarded = await anApp(served(), { token });
    for (const url of [
      "/results",
      "/rounds",
      "/rounds/7",
      "/node-states",
      "/mesh",
      "/rounds/7/mesh",
      "/state",
      "/verdict",
      "/timeline",
      "/node-states/node-1/history",
      "/rounds/7/node-states",
      "/metrics",
      "/report",
      "/openapi.json",
    ]) {
      for (const authorization of [undefined, `Bearer ${token}x`, "Bearer ", token]) {
        const response = await guarded.inject({
          url,
          headers: { ...(authorization && { authorization }) },
        });
        expect(response.statusCode).toBe(401);
        expect(response.json().code).toBe("unauthorized");
      }
      const headers = { authorization: `Bearer ${token}` };
      expect((await guarded.inject({ url, headers })).statusCode).toBe(200);
    }
    const post = await guarded.inject({
      method: "POST",
      url: "/rounds",
      headers: { "x-netchecker": "1" },
    });
    expect(post.statusCode).toBe(401);
    expect((await guarded.inject("/healthz")).statusCode).toBe(200);
    expect((await guarded.inject("/readyz")).statusCode).toBe(200);
  });
});
