import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { type NodeObject, nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiServerAccess } from "../src/adapters/api-server-access.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import { WATCH_BOUNDS, WATCH_TIMINGS, type WatchBounds } from "../src/adapters/watch-resource.ts";
import { aLog } from "./support/a-log.ts";
import { accessTo } from "./support/access-to.ts";

const TIMINGS = { ...WATCH_TIMINGS, heldAfterMs: 5_000, backoff: { firstMs: 50, maxMs: 100 } };

let api: ApiServer;
let stop: AbortController;
let access: ApiServerAccess;
const log = aLog();

beforeEach(async () => {
  stop = new AbortController();
  log.lines.length = 0;
  api = new ApiServer();
  await api.start();
  access = accessTo(api, log.log);
});
afterEach(async () => {
  stop.abort();
  await access.close();
  await api.stop();
});

function watch(bounds: Partial<WatchBounds> = {}) {
  const of = { namespace: "netchecker", serviceName: "pong-svc" };
  const all = [TIMINGS, { ...WATCH_BOUNDS, ...bounds }] as const;
  return watchCluster(access, of, log.log, stop.signal, ...all);
}

const aNode = (name: string) => nodeObject(name, "127.9.0.1", 10_250);
const addNode = (name: string) => api.store.create("nodes", aNode(name));
const namesIn = (cluster: ReturnType<typeof watch>) => cluster.view().nodes.map(({ name }) => name);
const told = () => log.lines.flatMap(({ level, why }) => (level >= 40 && why ? why : []));

function sendJson(response: ServerResponse, body: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(body));
}

const listOf = (items: unknown, metadata: object = {}) => ({
  kind: "NodeList",
  apiVersion: "v1",
  metadata: { resourceVersion: "1", ...metadata },
  items,
});

describe("an answer that is no list", () => {
  const HTML = "<html><body>sign in\u001b[2J";

  it.each<[string, (response: ServerResponse) => unknown, RegExp]>([
    [
      "HTML of a proxy",
      (response) => response.setHeader("content-type", "text/html").end(HTML),
      /^cannot list nodes: the answer is no JSON but text\/html: "<html><body>sign in\\u001b\[2J"$/,
    ],
    ["null", (response) => sendJson(response, null), /the answer is no list: null/],
    ["an empty object", (response) => sendJson(response, {}), /the answer is no list: {}/],
    ["an array", (response) => sendJson(response, []), /the answer is no list: \[\]/],
    ["items of another type", (response) => sendJson(response, listOf("a")), /no list/],
    [
      "one without a version",
      (response) => sendJson(response, listOf([], { resourceVersion: "" })),
      /the list has no resourceVersion/,
    ],
    [
      "a continue of another type",
      (response) => sendJson(response, listOf([], { continue: 7 })),
      /continue is no text/,
    ],
    [
      "a redirect",
      (response) => response.writeHead(302, { location: "https://elsewhere.example/" }).end(),
      /^cannot list nodes: 302/,
    ],
    [
      "a refusal in HTML",
      (response) => response.writeHead(503).end("<html>".repeat(100_000)),
      /^cannot list nodes: 503/,
    ],
    ["half an answer", (response) => response.end('{"kind":"NodeList","it'), /no JSON/],
  ])("is reported, and the last view stays: %s", async (_, answer, why) => {
    addNode("a");
    const cluster = watch();
    await cluster.synced;
    api.answerInstead("list", "nodes", (_request, response) => void answer(response));
    api.hang();
    addNode("b");
    api.compact();
    api.resume();
    await vi.waitFor(() => expect(cluster.problem()).toMatch(why), 5_000);
    expect(cluster.problem()!.length).toBeLessThan(500);
    expect(namesIn(cluster)).toEqual(["a"]);
    expect(cluster.view().staleSince).not.toBeNull();
    api.answerItself("list", "nodes");
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 5_000);
    expect(cluster.view().staleSince).toBeNull();
    expect(cluster.problem()).toBeNull();
  });

  it("is not one whose items are null, which means an empty list", async () => {
    api.answerInstead("list", "nodes", (_, response) => sendJson(response, listOf(null)));
    const cluster = watch();
    await cluster.synced;
    expect(namesIn(cluster)).toEqual([]);
  });
});

describe("a list without an end", () => {
  const endless = (itemsOf: (page: number) => unknown[]) => {
    let page = 0;
    api.answerInstead("list", "nodes", (_, response) => {
      page += 1;
      sendJson(response, listOf(itemsOf(page), { continue: `page-${page}` }));
    });
    return () => page;
  };

  it.each<[string, (page: number) => unknown[]]>([
    ["empty pages", () => []],
    ["the same page again and again", () => [aNode("a"), aNode("b")]],
    ["items without a name", (page) => [{ metadata: { uid: `${page}` } }]],
  ])("is refused after ten pages that bring nothing new: %s", async (_, itemsOf) => {
    const pages = endless(itemsOf);
    const cluster = watch();
    await vi.waitFor(() => expect(cluster.problem()).not.toBeNull(), 5_000);
    expect(cluster.problem()).toMatch(
      "cannot list nodes: the list does not end: 10 pages in a row brought nothing new, and each says that there is more",
    );
    expect(pages()).toBeLessThanOrEqual(2 * 11);
  });

  it("is refused at the bound of objects, if each page brings new ones", async () => {
    const pages = endless((page) => Array.from({ length: 100 }, (_, n) => aNode(`${page}-${n}`)));
    const cluster = watch({ maxObjects: 1_000 });
    await vi.waitFor(() => expect(cluster.problem()).not.toBeNull(), 5_000);
    expect(cluster.problem()).toBe("cannot list nodes: the list has more than 1000 objects");
    expect(pages()).toBeLessThanOrEqual(2 * 11);
    expect(cluster.nodeCount()).toBe(0);
  });
});

describe("an answer that is too large", () => {
  it("is requested again in smaller pages, if it is a page", async () => {
    const names = Array.from({ length: 60 }, (_, n) => `n${n + 10}`);
    for (const name of names) addNode(name);
    const bytes = JSON.stringify(aNode("n10")).length;
    const cluster = watch({ pageSize: 50, maxPageBytes: 25 * bytes });
    await cluster.synced;
    expect(namesIn(cluster)).toEqual(names);
    const limits = api.asked.map(({ access: what, parameters }) =>
      what === "list nodes" ? parameters.get("limit") : null,
    );
    expect(limits.filter((limit) => limit === "10")).toHaveLength(6);
  });

  it("is reported if it is one object of 10 MB; the view stays, and is current again when the object is gone", async () => {
    addNode("a");
    const cluster = watch();
    await cluster.synced;
    const huge = addNode("huge");
    api.store.update<NodeObject>("nodes", huge, (node) => {
      node.metadata["annotations"] = { big: "x".repeat(10 * 1024 * 1024) };
    });
    await vi.waitFor(
      () =>
        expect(cluster.problem()).toMatch("cannot list nodes: the answer is longer than 8388608"),
      10_000,
    );
    expect(namesIn(cluster)).toContain("a");
    api.store.remove("nodes", huge);
    addNode("b");
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 5_000);
    expect(cluster.view().staleSince).toBeNull();
  });

  it("is refused at the bound if it is a line of a watch that never ends", async () => {
    addNode("a");
    let sent = 0;
    api.answerInstead("watch", "nodes", (_, response) => {
      response.write('{"type":"ADDED","object":{"metadata":{"name":"');
      const more = setInterval(() => {
        sent += 65_536;
        response.write("x".repeat(65_536));
      }, 1);
      response.on("close", () => clearInterval(more));
    });
    const cluster = watch({ maxEventBytes: 1_048_576 });
    await vi.waitFor(() =>
      expect(told()).toContainEqual(expect.stringMatching(/a line is longer/)),
    );
    expect(namesIn(cluster)).toEqual(["a"]);
    api.answerItself("watch", "nodes");
    await vi.waitFor(() => expect(cluster.problem()).toBeNull(), 5_000);
  });
});

describe("odd objects", () => {
  it("do not affect other objects, in a list or a watch; their old records stay, and the log names them", async () => {
    const names = ["constructor", "__proto__", "n".repeat(253), "plain"];
    for (const name of names) addNode(name);
    const cluster = watch();
    await cluster.synced;
    await vi.waitFor(() => expect(api.requests.get("watch nodes")).toBe(1));
    expect(new Set(namesIn(cluster))).toEqual(new Set(names));
    api.store.update<NodeObject>("nodes", api.store.get("nodes", "plain")!, (node) => {
      Object.assign(node, { status: { conditions: "none" } });
    });
    addNode("after");
    await vi.waitFor(() => expect(namesIn(cluster)).toContain("after"));
    expect(namesIn(cluster)).toContain("plain");
    expect(told()).toEqual([expect.stringMatching(/^Node "plain": \/status\/conditions must be/)]);
    expect(cluster.view().staleSince).toBeNull();

    const second = watch();
    await second.synced;
    expect(second.nodeCount()).toBe(names.length);
  });

  it("of every kind at once do not affect the others", async () => {
    const odd = [null, 7, "node", [], {}, { metadata: null }, { metadata: { name: 7 } }];
    const labels = { metadata: { name: "labels", labels: { zone: 7 } } };
    const items = [...odd, labels, aNode("same"), aNode("same"), aNode("good")];
    api.answerInstead("list", "nodes", (_, response) => sendJson(response, listOf(items)));
    const cluster = watch();
    await cluster.synced;
    expect(namesIn(cluster)).toEqual(["same", "good"]);
    expect(told()).toHaveLength(1);
  });

  it("in the form of lines that are no events end the watch, and the next one is current again", async () => {
    addNode("a");
    const lines = ["null", "7", '{"type":"ADDED"}', '{"object":{}}', "<html>", '{"type":"ERROR"}'];
    let next = 0;
    api.answerInstead("watch", "nodes", (_, response) => {
      const line = lines[next];
      next += 1;
      if (line === undefined) return false;
      response.end(`\n${line}\n`);
      return true;
    });
    const cluster = watch();
    await vi.waitFor(() => expect(next).toBeGreaterThan(lines.length), 10_000);
    addNode("b");
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["a", "b"]), 5_000);
    expect(cluster.view().staleSince).toBeNull();
    expect(cluster.watchLosses()["nodes"]).toBe(lines.length);
  });

  it("of an unknown event type are ignored, and the watch goes on", async () => {
    api.answerInstead("watch", "nodes", (_, response) => {
      response.write('{"type":"SPARKLED","object":{"metadata":{"resourceVersion":"5"}}}\n');
      response.write(`${JSON.stringify({ type: "ADDED", object: aNode("b") })}\n`);
    });
    const cluster = watch();
    await vi.waitFor(() => expect(namesIn(cluster)).toEqual(["b"]));
    await sleep(50);
    expect(told()).toEqual(['an event of type "SPARKLED"']);
    expect(cluster.view().staleSince).toBeNull();
  });
});
