import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ApiServer } from "../src/kubernetes/api-server/api-server.ts";
import type { KubeObject } from "../src/kubernetes/api-server/kube-object.ts";
import { ObjectStore } from "../src/kubernetes/api-server/object-store.ts";
import type { Resource } from "../src/kubernetes/api-server/resource.ts";
import { openWatch, type WatchEvent } from "./open-watch.ts";

const text = (file: string) =>
  readFileSync(new URL(`recorded/${file}`, import.meta.url), "utf8").trim();
const recorded = (file: string) => JSON.parse(text(file));
const recordedEvents = (file: string) =>
  text(file)
    .split("\n")
    .map((line) => JSON.parse(line) as WatchEvent);

const SERVICE = recorded("get-service.json");
const PODS = "/api/v1/namespaces/netchecker/pods?labelSelector=name%3Dpong";

let server: ApiServer;

async function serve(store: ObjectStore): Promise<void> {
  server = new ApiServer({ store, bookmarkIntervalMs: 100 });
  await server.start();
}

beforeEach(async () => {
  const { kind: _kind, apiVersion: _version, ...service } = SERVICE;
  await serve(
    new ObjectStore(512, {
      nodes: recorded("list-nodes.json").items,
      pods: recorded("list-pods.json").items,
      services: [service],
    }),
  );
});

afterEach(() => server.stop());

const get = async (path: string) => {
  const response = await fetch(server.url + path);
  return { status: response.status, body: (await response.json()) as any };
};

test.each([
  ["list-nodes.json", "/api/v1/nodes"],
  ["list-pods.json", PODS],
  ["get-service.json", "/api/v1/namespaces/netchecker/services/pong-svc"],
])("answers as the real server did in %s", async (file, path) => {
  const { status, body } = await get(path);
  expect(status).toBe(200);
  expect(body).toEqual(recorded(file));
  expect(Object.keys(body)).toEqual(Object.keys(recorded(file)));
});

const decode = (token: string) => JSON.parse(Buffer.from(token, "base64url").toString());

test("gives a first page as the real server did, and the token leads to the rest", async () => {
  const { body } = await get("/api/v1/nodes?limit=1");
  const page = recorded("list-nodes-page1.json");
  expect(body.items).toEqual(page.items);
  expect(body.metadata).toEqual({ ...page.metadata, continue: expect.any(String) });
  expect(decode(body.metadata.continue)).toEqual(decode(page.metadata.continue));
  const rest = await get(
    `/api/v1/nodes?limit=5&continue=${encodeURIComponent(body.metadata.continue)}`,
  );
  expect(rest.body.items).toEqual(recorded("list-nodes.json").items.slice(1));
  expect(rest.body.metadata).toEqual({ resourceVersion: "512" });
});

test("ends a watch from a version that is too old with the line that the real server sent", async () => {
  server.compact();
  const watch = await openWatch(`${server.url}/api/v1/nodes?watch=1&resourceVersion=1`);
  expect(watch.status).toBe(200);
  await watch.ended;
  const line = JSON.stringify(watch.events[0]);
  expect(watch.events).toHaveLength(1);
  expect(line.replace(/1 \(\d+\)/, "1 (385)")).toBe(text("watch-expired.ndjson"));
});

test("refuses a caller without the right in the shape of the real server", async () => {
  server.forbid("list", "nodes");
  const { status, body } = await get("/api/v1/nodes");
  const real = recorded("error-forbidden.json");
  expect(status).toBe(403);
  expect(body).toEqual({
    ...real,
    message: real.message.replace(
      "system:anonymous",
      "system:serviceaccount:netchecker:netchecker",
    ),
  });
});

/** The versions aside, which other writers to the real cluster moved on. */
const shape = ({ type, object }: WatchEvent) => {
  const { metadata, ...rest } = object;
  return { type, ...rest, metadata: { ...metadata, resourceVersion: "" } };
};

/** Does to a store what a recorded watch saw happen, from `start` on. */
function replay(store: ObjectStore, resource: Resource, events: WatchEvent[]): void {
  for (const { type, object } of events) {
    const { kind: _kind, apiVersion: _version, ...plain } = object;
    if (type === "ADDED") store.create(resource, plain as unknown as KubeObject);
    if (type === "DELETED") store.remove(resource, plain as unknown as KubeObject);
    if (type === "MODIFIED")
      store.update(resource, plain as unknown as KubeObject, (copy) =>
        Object.assign(copy, structuredClone(plain)),
      );
  }
}

test.each([
  ["watch-nodes.ndjson", "nodes", "/api/v1/nodes?allowWatchBookmarks=true&resourceVersion=0"],
  ["watch-pods.ndjson", "pods", `${PODS}&allowWatchBookmarks=true`],
] as const)("sends the events of %s as the real server did", async (file, resource, path) => {
  const events = recordedEvents(file);
  const start = events.findIndex(({ type }) => type === "BOOKMARK");
  await server.stop();
  const seen = (list: readonly WatchEvent[]) =>
    list.slice(start + 1).filter(({ type }) => type !== "BOOKMARK");
  const seed = events.slice(0, start).map(({ object }) => {
    const { kind: _kind, apiVersion: _version, ...plain } = object;
    return plain as unknown as KubeObject;
  });
  await serve(new ObjectStore(473, { [resource]: seed }));
  const watch = await openWatch(`${server.url}${path}&watch=1`);
  await watch.until(() => watch.events.length > start);
  replay(server.store, resource, events.slice(start + 1));
  await watch.until(() => seen(watch.events).length === seen(events).length);
  await watch.until(() => watch.events.slice(start + 1).some(({ type }) => type === "BOOKMARK"));
  expect(watch.events.slice(0, start + 1).map(shape)).toEqual(
    events.slice(0, start + 1).map(shape),
  );
  expect(seen(watch.events).map(shape)).toEqual(seen(events).map(shape));
  const bookmark = (list: readonly WatchEvent[]) =>
    shape(list.slice(start + 1).find(({ type }) => type === "BOOKMARK")!);
  expect(bookmark(watch.events)).toEqual(bookmark(events));
  watch.close();
});
