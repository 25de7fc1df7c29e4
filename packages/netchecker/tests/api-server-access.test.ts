import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiServer } from "@netchecker/testbed/kubernetes/api-server/api-server";
import { nodeObject } from "@netchecker/testbed/kubernetes/objects/node-object";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiServerAccess } from "../src/adapters/api-server-access.ts";
import { LIST_BOUNDS, listResource } from "../src/adapters/list-resource.ts";
import { loadKubeConfig } from "../src/adapters/load-kube-config.ts";
import { watchCluster } from "../src/adapters/watch-cluster.ts";
import { WATCH_TIMINGS } from "../src/adapters/watch-resource.ts";
import { aLog } from "./support/a-log.ts";

const NODES = { path: "/api/v1/nodes" };
const { signal } = new AbortController();

let folder: string;
let file: string;
let api: ApiServer;
let access: ApiServerAccess | undefined;
const log = aLog();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "access-"));
  file = join(folder, "config");
  log.lines.length = 0;
});
afterEach(async () => {
  await access?.close();
  await api.stop();
  await rm(folder, { recursive: true });
});

/** A self-signed certificate for 127.0.0.1, as PEM. */
async function certificate(name: string): Promise<{ key: string; cert: string }> {
  const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  const request = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=${name} -addext subjectAltName=IP:127.0.0.1`;
  execFileSync("openssl", [...request.split(" "), "-keyout", key, "-out", cert], {
    stdio: "ignore",
  });
  return { key: await readFile(key, "utf8"), cert: await readFile(cert, "utf8") };
}

async function serve(options: ConstructorParameters<typeof ApiServer>[0]): Promise<void> {
  api = new ApiServer(options);
  api.store.create("nodes", nodeObject("node-1", "127.9.0.1", 10_250));
  await api.start();
}

/** Replaces a file in one step, as kubelet and editors do, so that nobody reads half of it. */
async function put(name: string, content: string): Promise<void> {
  await writeFile(join(folder, `${name}.new`), content);
  await rename(join(folder, `${name}.new`), join(folder, name));
}

async function writeConfig(cluster: object, user: object): Promise<void> {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: api.url, ...cluster } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "c", context: { cluster: "c", user: "u" } }],
    "current-context": "c",
  };
  await put("config", JSON.stringify(config));
}

const PLAIN = { "insecure-skip-tls-verify": true };

function accessByFile(readAgainAfterMs?: number): ApiServerAccess {
  access = new ApiServerAccess(() => loadKubeConfig(file), log.log, readAgainAfterMs);
  return access;
}

async function listNodes(by: ApiServerAccess): Promise<number> {
  let count = 0;
  const keep = { begin: () => {}, take: (items: readonly unknown[]) => (count += items.length) };
  await listResource(by, NODES, LIST_BOUNDS, keep, signal);
  return count;
}

describe("a token's file", () => {
  it("is relative to the kubeconfig, has precedence over its token, and may end with a line break", async () => {
    await serve({ token: "first" });
    await put("token", "first\n");
    await writeConfig(PLAIN, { tokenFile: "token", token: "an old one" });
    expect(await listNodes(accessByFile())).toBe(1);
  });

  it("is read again as soon as its token is refused, so that no request is lost when it rotates", async () => {
    await serve({ token: "first" });
    await put("token", "first");
    await writeConfig(PLAIN, { tokenFile: "token" });
    const by = accessByFile();
    expect(await listNodes(by)).toBe(1);
    await put("token", "second");
    api.rotateToken("second");
    expect(await listNodes(by)).toBe(1);
    api.rotateToken("third");
    await expect(listNodes(by)).rejects.toMatchObject({ statusCode: 401 });
    await put("token", "third");
    expect(await listNodes(by)).toBe(1);
  });

  it("is read again in time, before the server refuses the old token", async () => {
    await serve({ token: "first" });
    await put("token", "first");
    await writeConfig(PLAIN, { tokenFile: "token" });
    const by = accessByFile(0);
    await listNodes(by);
    await put("token", "second");
    api.rotateToken("second");
    expect(await listNodes(by)).toBe(1);
    expect(api.unauthorized).toBe(0);
  });

  it("causes no alarm when it rotates during a watch", async () => {
    await serve({ token: "first" });
    await put("token", "first");
    await writeConfig(PLAIN, { tokenFile: "token" });
    const stop = new AbortController();
    const timings = { ...WATCH_TIMINGS, silenceMs: 200 };
    const of = { namespace: "netchecker", serviceName: "pong-svc" };
    const cluster = watchCluster(accessByFile(), of, log.log, stop.signal, timings);
    await cluster.synced;
    await put("token", "second");
    api.rotateToken("second");
    api.store.create("nodes", nodeObject("node-2", "127.9.0.2", 10_250));
    const watches = api.requests.get("watch nodes")!;
    await vi.waitFor(
      () => expect(api.requests.get("watch nodes")).toBeGreaterThan(watches + 1),
      10_000,
    );
    expect(cluster.view()).toMatchObject({ staleSince: null, nodes: [{}, {}] });
    expect(cluster.watchLosses()).toEqual({ nodes: 0, pods: 0, services: 0 });
    stop.abort();
  });
});

describe("a kubeconfig", () => {
  it("is read again with its token and its server's authority; if it cannot be read, the last one stays", async () => {
    await serve({ token: "first", tls: await certificate("one") });
    const authority = join(folder, "one.crt");
    await writeConfig({ "certificate-authority": authority }, { token: "first" });
    const by = accessByFile();
    expect(await listNodes(by)).toBe(1);

    const { port } = new URL(api.url);
    await api.stop();
    await serve({ token: "second", tls: await certificate("two"), port: Number(port) });
    await put("config", "{ half");
    await expect(listNodes(by)).rejects.toThrow(/./);
    await expect(listNodes(by)).rejects.toThrow(/certificate/);
    expect(log.lines.at(-1)?.msg).toBe(
      "cannot read the API server's configuration again; uses the last",
    );
    await writeConfig({ "certificate-authority": join(folder, "two.crt") }, { token: "second" });
    expect(await listNodes(by)).toBe(1);
  });
});

describe("connections", () => {
  it("are reused: a hundred requests need one, or two if one was idle for too long", async () => {
    await serve({ tls: await certificate("one") });
    await writeConfig({ "certificate-authority": join(folder, "one.crt") }, { token: "t" });
    const by = accessByFile(0);
    for (let index = 0; index < 100; index += 1) await listNodes(by);
    expect(api.connections).toBeLessThanOrEqual(3);
  });
});
