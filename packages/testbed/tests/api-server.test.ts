import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiServer } from "../src/kubernetes/api-server/api-server.ts";
import { nodeObject } from "../src/kubernetes/objects/node-object.ts";
import { podObject, schedule } from "../src/kubernetes/objects/pod-object.ts";
import { openWatch } from "./open-watch.ts";

let server: ApiServer;

beforeEach(async () => {
  server = new ApiServer({ bookmarkIntervalMs: 60_000 });
  await server.start();
});
afterEach(() => server.stop());

const addNodes = (...names: string[]) =>
  names.map((name, at) =>
    server.store.create("nodes", nodeObject(name, `10.0.0.${at + 1}`, 10250)),
  );

const addPods = (workload: "ping" | "pong", nodes: string[], namespace = "netchecker") =>
  nodes.map((node) => {
    const pod = server.store.create("pods", podObject(workload, namespace, node));
    return server.store.update<typeof pod>("pods", pod, (copy) => schedule(copy, node));
  });

async function get(path: string, init?: RequestInit) {
  const response = await fetch(server.url + path, init);
  return { status: response.status, body: (await response.json()) as any };
}

const names = (body: any) => body.items.map((item: any) => item.metadata.name);
const types = (events: readonly { type: string }[]) => events.map(({ type }) => type);

test("pages are one snapshot, whatever happens between them", async () => {
  addNodes("a", "b", "c", "d");
  const first = await get("/api/v1/nodes?limit=2");
  server.store.remove("nodes", server.store.get("nodes", "c")!);
  addNodes("bb");
  server.store.update("nodes", server.store.get("nodes", "d")!, (node) => {
    node.metadata.labels = { changed: "yes" };
  });
  const second = await get(`/api/v1/nodes?limit=2&continue=${first.body.metadata.continue}`);
  expect([...names(first.body), ...names(second.body)]).toEqual(["a", "b", "c", "d"]);
  expect(second.body.items[1].metadata.labels).not.toHaveProperty("changed");
  expect(second.body.metadata).toEqual({ resourceVersion: first.body.metadata.resourceVersion });
});

test("a page whose snapshot was compacted away is a 410 with a token that goes on without it", async () => {
  addNodes("a", "b", "c");
  const first = await get("/api/v1/nodes?limit=1");
  server.compact();
  const second = await get(`/api/v1/nodes?limit=1&continue=${first.body.metadata.continue}`);
  expect(second.status).toBe(410);
  expect(second.body).toMatchObject({ kind: "Status", reason: "Expired", code: 410 });
  const third = await get(`/api/v1/nodes?continue=${second.body.metadata.continue}`);
  expect(names(third.body)).toEqual(["b", "c"]);
});

test("a page of a selected list does not say how many remain", async () => {
  addPods("pong", ["a", "b", "c"]);
  const { body } = await get("/api/v1/namespaces/netchecker/pods?labelSelector=name=pong&limit=1");
  expect(body.metadata.continue).toEqual(expect.any(String));
  expect(body.metadata).not.toHaveProperty("remainingItemCount");
});

test("a list from version 0 is not cut into pages", async () => {
  addNodes("a", "b", "c");
  const { body } = await get("/api/v1/nodes?limit=1&resourceVersion=0");
  expect(names(body)).toEqual(["a", "b", "c"]);
});

test.each([
  ["labelSelector=name=ping", 2],
  ["labelSelector=name==ping", 2],
  ["labelSelector=name!=ping", 1],
  ["labelSelector=absent!=x", 3],
  ["labelSelector=name in (ping, pong)", 3],
  ["labelSelector=name notin (ping)", 1],
  ["labelSelector=name,type=pong", 1],
  ["labelSelector=!name", 0],
  ["labelSelector=absent", 0],
  ["fieldSelector=spec.nodeName=a", 2],
  ["fieldSelector=spec.nodeName!=a", 1],
  ["fieldSelector=spec.nodeName=a&labelSelector=name=pong", 1],
])("%s selects %i of 2 ping and 1 pong pods", async (selector, count) => {
  addPods("ping", ["a", "b"]);
  addPods("pong", ["a"]);
  addPods("pong", ["a"], "elsewhere");
  const { body } = await get(`/api/v1/namespaces/netchecker/pods?${selector}`);
  expect(body.items).toHaveLength(count);
});

test.each([
  ["/api/v1/nodes?labelSelector=a%20like%20b", 400, "BadRequest"],
  ["/api/v1/nodes?fieldSelector=spec.colour=red", 400, "BadRequest"],
  ["/api/v1/nodes?resourceVersion=new", 400, "BadRequest"],
  ["/api/v1/nodes?continue=rubbish", 400, "BadRequest"],
  ["/api/v1/nodes?resourceVersion=999999", 504, "Timeout"],
  ["/api/v1/nodes/none", 404, "NotFound"],
  ["/api/v1/secrets", 404, "NotFound"],
])("%s is a Status of code %i", async (path, code, reason) => {
  const { status, body } = await get(path);
  expect(status).toBe(code);
  expect(body).toMatchObject({ kind: "Status", apiVersion: "v1", status: "Failure", reason, code });
});

test("with a token set, a request without it is a 401, and one with it is answered", async () => {
  await server.stop();
  server = new ApiServer({ token: "secret" });
  await server.start();
  expect((await get("/api/v1/nodes")).body).toMatchObject({ reason: "Unauthorized", code: 401 });
  const headers = { authorization: "Bearer secret" };
  expect((await get("/api/v1/nodes", { headers })).status).toBe(200);
});

test("a watch from a list's version tells all that happened since, and then what happens", async () => {
  addNodes("a");
  const { body } = await get("/api/v1/nodes");
  addNodes("b");
  const watch = await openWatch(
    `${server.url}/api/v1/nodes?watch=true&resourceVersion=${body.metadata.resourceVersion}`,
  );
  server.store.remove("nodes", server.store.get("nodes", "a")!);
  await watch.until(() => watch.events.length === 2);
  expect(watch.events.map(({ type, object }) => [type, object.metadata.name])).toEqual([
    ["ADDED", "b"],
    ["DELETED", "a"],
  ]);
  expect(watch.events[1]!.object.metadata.resourceVersion).toBe(String(server.store.version));
  watch.close();
});

test("an object that stops matching is deleted for the watch, one that starts is added", async () => {
  const [pod] = addPods("pong", ["a"]);
  const watch = await openWatch(
    `${server.url}/api/v1/namespaces/netchecker/pods?watch=1&labelSelector=name=pong`,
  );
  const label = (name: string) =>
    server.store.update("pods", pod!, (copy) => {
      copy.metadata.labels!.name = name;
    });
  label("other");
  label("other");
  label("pong");
  await watch.until(() => watch.events.length === 3);
  expect(types(watch.events)).toEqual(["ADDED", "DELETED", "ADDED"]);
  expect(watch.events[1]!.object.metadata.labels.name).toBe("pong");
  watch.close();
});

test("a watch ends by itself at its timeout, with a bookmark before and without an error", async () => {
  addNodes("a");
  const watch = await openWatch(
    `${server.url}/api/v1/nodes?watch=1&resourceVersion=${server.store.version}&allowWatchBookmarks=true&timeoutSeconds=1`,
  );
  expect(await watch.ended).toBeNull();
  expect(types(watch.events)).toEqual(["BOOKMARK"]);
});

test("compaction ends open watches and those that resume with a 410", async () => {
  addNodes("a");
  const { version } = server.store;
  const open = await openWatch(`${server.url}/api/v1/nodes?watch=1&resourceVersion=${version}`);
  server.compact();
  expect(await open.ended).toBeNull();
  const resumed = await openWatch(`${server.url}/api/v1/nodes?watch=1&resourceVersion=${version}`);
  await resumed.ended;
  for (const { events } of [open, resumed])
    expect(events).toMatchObject([{ type: "ERROR", object: { code: 410, reason: "Expired" } }]);
});

test("stopped, it resets open watches and refuses; started again, it is there on the same port", async () => {
  const { url } = server;
  const watch = await openWatch(`${url}/api/v1/nodes?watch=1`);
  await server.stop();
  expect(await watch.ended).toBeInstanceOf(Error);
  await expect(get("/api/v1/nodes")).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
  await server.start();
  expect(server.url).toBe(url);
  expect((await get("/api/v1/nodes")).status).toBe(200);
});

test("while it hangs nothing is answered; afterwards all is, and watches have lost nothing", async () => {
  const watch = await openWatch(`${server.url}/api/v1/nodes?watch=1`);
  server.hang();
  addNodes("a");
  const listed = get("/api/v1/nodes");
  const first = await Promise.race([
    listed,
    watch.until(() => watch.events.length > 0),
    sleep(300, "silence"),
  ]);
  expect(first).toBe("silence");
  server.resume();
  await watch.until(() => watch.events.length === 1);
  expect(names((await listed).body)).toEqual(["a"]);
  watch.close();
});

test("a list can be made to have no items though there are objects, its pages too", async () => {
  addNodes("a", "b");
  server.listNothing("nodes");
  for (const query of ["", "?limit=1"]) {
    const { status, body } = await get(`/api/v1/nodes${query}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ kind: "NodeList", items: [] });
    expect(Object.keys(body.metadata)).toEqual(["resourceVersion"]);
  }
  server.listAll("nodes");
  expect(names((await get("/api/v1/nodes")).body)).toEqual(["a", "b"]);
});

test("a verb that is forbidden is a 403 until it is allowed again", async () => {
  server.forbid("watch", "pods");
  const path = "/api/v1/namespaces/netchecker/pods";
  const refused = await get(`${path}?watch=1`);
  expect(refused.status).toBe(403);
  expect(refused.body.message).toContain(
    'cannot watch resource "pods" in API group "" in the namespace "netchecker"',
  );
  expect((await get(path)).status).toBe(200);
  server.allow("watch", "pods");
  const watch = await openWatch(`${server.url}${path}?watch=1`);
  expect(watch.status).toBe(200);
  watch.close();
});
