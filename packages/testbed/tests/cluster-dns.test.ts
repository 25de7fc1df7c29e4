import { promises as dns } from "node:dns";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ObjectStore } from "../src/kubernetes/api-server/object-store.ts";
import { ClusterDns, type Upstream } from "../src/kubernetes/cluster-dns.ts";
import { serviceObject } from "../src/kubernetes/objects/service-object.ts";

let server: ClusterDns;
let resolver: dns.Resolver;

const failing = (code: string): Promise<never> =>
  Promise.reject(Object.assign(new Error(code), { code }));

/** Stands for this machine's name servers, which a test must not ask. */
const upstream: Upstream = {
  resolve4: (name: string) =>
    name === "example.com" ? Promise.resolve(["192.0.2.7", "192.0.2.8"]) : failing("ENOTFOUND"),
  resolve6: (name: string) => failing(name === "example.com" ? "ENODATA" : "ETIMEOUT"),
};

beforeEach(async () => {
  const store = new ObjectStore();
  const at = { name: "pong-svc", namespace: "netchecker", clusterIp: "127.96.0.10" };
  store.create("services", serviceObject({ ...at, port: 8080, nodePort: 32_088 }));
  server = new ClusterDns({ host: "127.0.0.1", port: 0 }, store, upstream);
  await server.start();
  resolver = new dns.Resolver({ timeout: 2_000, tries: 1 });
  resolver.setServers([server.address]);
});
afterEach(() => server.stop());

test("a service's name is its ClusterIP, however it is spelled", async () => {
  const name = "pong-svc.netchecker.svc.cluster.local";
  expect(await resolver.resolve4(name)).toEqual(["127.96.0.10"]);
  expect(await resolver.resolve4(name.toUpperCase())).toEqual(["127.96.0.10"]);
});

test("a name that exists without an IPv6 address has no data", async () => {
  const code = "ENODATA";
  const own = resolver.resolve6("pong-svc.netchecker.svc.cluster.local");
  await expect(own).rejects.toMatchObject({ code });
  await expect(resolver.resolve6("example.com")).rejects.toMatchObject({ code });
});

test("a name outside of the cluster is what this machine's name servers say", async () => {
  expect(await resolver.resolve4("example.com")).toEqual(["192.0.2.7", "192.0.2.8"]);
  await expect(resolver.resolve6("slow.example")).rejects.toMatchObject({ code: "ESERVFAIL" });
});

test.each([
  "pong-svc.other.svc.cluster.local",
  "gone.netchecker.svc.cluster.local",
  "example.com.cluster.local",
  "gone.example",
])("%s does not exist", async (name) => {
  await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: "ENOTFOUND" });
});
