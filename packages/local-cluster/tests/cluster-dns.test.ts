import { promises as dns } from "node:dns";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ObjectStore } from "../src/api-server/object-store.ts";
import { ClusterDns } from "../src/cluster-dns.ts";
import { serviceObject } from "../src/objects/service-object.ts";

let server: ClusterDns;
let resolver: dns.Resolver;

beforeEach(async () => {
  const store = new ObjectStore();
  const at = { name: "pong-svc", namespace: "netchecker", clusterIp: "127.96.0.10" };
  store.create("services", serviceObject({ ...at, port: 8080, nodePort: 32_088 }));
  server = new ClusterDns("127.0.0.1", store);
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
  await expect(resolver.resolve6("pong-svc.netchecker.svc.cluster.local")).rejects.toMatchObject({
    code: "ENODATA",
  });
});

test.each(["pong-svc.other.svc.cluster.local", "gone.netchecker.svc.cluster.local", "example.com"])(
  "%s does not exist",
  async (name) => {
    await expect(resolver.resolve4(name)).rejects.toMatchObject({ code: "ENOTFOUND" });
  },
);
