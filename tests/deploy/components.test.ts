import { expect, test } from "vitest";
import { containersOf, type Rendered, VARIANTS } from "./support/rendered.ts";

const envOf = (all: Rendered, kind: "Deployment" | "DaemonSet", name: string, namespace?: string) =>
  containersOf(all.get(kind, name, namespace)).at(-1)!.env ?? [];

const fromSecret = (variable: string, name: string, key: string) => ({
  name: variable,
  valueFrom: { secretKeyRef: { name, key } },
});

test("overlays/kind takes local images and opens a round every 10 s", async () => {
  const kind = await VARIANTS["overlays/kind"]();
  expect(kind.config("netchecker").data).toMatchObject({ ROUND_INTERVAL_MS: "10000" });
  const policies = kind.workloads.map((workload) => [
    workload.metadata.name,
    containersOf(workload)[0]!.imagePullPolicy,
  ]);
  expect(Object.fromEntries(policies)).toEqual({
    netchecker: "Never",
    ping: "Never",
    pong: "Never",
    redis: undefined,
  });
});

test("external-redis takes the URL and a private authority's certificate from secrets, and adds no Redis", async () => {
  const all = await VARIANTS["external-redis"]();
  for (const [kind, name] of [
    ["Deployment", "netchecker"],
    ["DaemonSet", "ping"],
  ] as const) {
    expect(envOf(all, kind, name)).toContainEqual(fromSecret("REDIS_URL", "external-redis", "url"));
    expect(envOf(all, kind, name)).toContainEqual({
      name: "NODE_EXTRA_CA_CERTS",
      value: "/etc/external-redis/ca.crt",
    });
  }
  expect(all.objects.filter(({ metadata }) => /^redis(-server.*)?$/.test(metadata.name))).toEqual(
    [],
  );
});

test("redis-auth gives each service its own URL, and only Redis gets both passwords", async () => {
  const all = await VARIANTS["redis-auth"]();
  expect(envOf(all, "Deployment", "netchecker")).toContainEqual(
    fromSecret("REDIS_URL", "redis-auth", "netchecker-url"),
  );
  expect(envOf(all, "DaemonSet", "ping")).toContainEqual(
    fromSecret("REDIS_URL", "redis-auth", "ping-url"),
  );
  const keys = all.workloads.map((workload) => [
    workload.metadata.name,
    containersOf(workload).flatMap(({ env = [] }) =>
      env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef?.key ?? []),
    ),
  ]);
  expect(Object.fromEntries(keys)).toEqual({
    netchecker: ["netchecker-url"],
    ping: ["ping-url"],
    pong: [],
    redis: ["netchecker-password", "ping-password"],
  });
});

test("api-token gives netchecker a token from a secret", async () => {
  expect(envOf(await VARIANTS["api-token"](), "Deployment", "netchecker")).toContainEqual(
    fromSecret("API_TOKEN", "api-token", "token"),
  );
});

test("host-network adds a second mesh on the nodes' network, with its own ports and with passwords, and does not change the first", async () => {
  const all = await VARIANTS["host-network"]();
  const base = await VARIANTS.base();
  const first = all.objects.filter(
    ({ metadata }) => !JSON.stringify(metadata).includes("netchecker-host"),
  );
  expect(first).toEqual(base.objects);
  for (const name of ["ping", "pong"])
    expect(all.get("DaemonSet", name, "netchecker-host").spec).toMatchObject({
      // Two pods cannot use the same port of a node.
      updateStrategy: { rollingUpdate: { maxSurge: 0 } },
      template: { spec: { hostNetwork: true, dnsPolicy: "ClusterFirstWithHostNet" } },
    });
  const nodePorts = all
    .of("Service")
    .flatMap(({ spec }) => spec!.ports!.flatMap(({ nodePort }) => nodePort ?? []));
  expect(nodePorts.toSorted()).toEqual([32_088, 32_089, 32_188, 32_189]);
  expect(envOf(all, "DaemonSet", "ping", "netchecker-host")).toContainEqual(
    fromSecret("REDIS_URL", "redis-auth", "ping-url"),
  );
});

const MI = 2 ** 20;
const bytes = (quantity: string) =>
  Number.parseInt(quantity, 10) * (quantity.endsWith("Gi") ? 1024 : 1) * MI;
const redisBytes = (size: string) =>
  Number.parseInt(size, 10) * { mb: MI, gb: 1024 * MI }[size.slice(-2) as "mb" | "gb"];

test.for(["base", "large-cluster"] as const)(
  "%s: Redis' own limits fit its pod's memory, and a collector's backlog of a 1,000-node round",
  async (name) => {
    const all = await VARIANTS[name]();
    const [container] = containersOf(all.get("Deployment", "redis"));
    const lines = all.config("redis-server").data!["valkey.conf"]!.split("\n");
    const setting = (option: string) => {
      const at = container!.args!.indexOf(`--${option}`);
      const line = lines.find((each) => each.startsWith(`${option} `))!.slice(option.length + 1);
      return at === -1 ? line : container!.args![at + 1]!;
    };
    const limit = bytes(container!.resources!.limits!["memory"] as string);
    const maxMemory = redisBytes(setting("maxmemory"));
    const [, hard, soft] = setting("client-output-buffer-limit").split(" ");
    const roundOfReports = 40 * MI;
    expect(redisBytes(hard!)).toBeGreaterThanOrEqual(2 * roundOfReports);
    expect(redisBytes(soft!)).toBeGreaterThanOrEqual(roundOfReports);
    expect(redisBytes(hard!)).toBeLessThanOrEqual(maxMemory / 2);
    expect(maxMemory).toBeLessThanOrEqual(0.76 * limit);
    expect(setting("maxmemory-policy")).toBe("noeviction");
    // The outcomes of a round before compression: three targets of each node, six bytes each.
    const nodes = name === "base" ? 200 : 1_000;
    const outcomes = nodes * nodes * 3 * 6;
    const [bulk, query, clients] = [
      "proto-max-bulk-len",
      "client-query-buffer-limit",
      "maxmemory-clients",
    ].map((option) => redisBytes(setting(option)));
    expect(bulk).toBeGreaterThan(1.5 * outcomes);
    expect(query).toBeGreaterThanOrEqual(2 * bulk!);
    // What a round needs at the same time: lists to all agents, and their connections.
    expect(clients).toBeGreaterThan((nodes === 200 ? 21 : 325) * MI);
    expect(clients! + redisBytes(hard!) + (nodes === 200 ? 48 : 350) * MI).toBeLessThanOrEqual(
      maxMemory,
    );
  },
);

test("large-cluster keeps less history and gives netchecker and Redis more memory", async () => {
  const large = await VARIANTS["large-cluster"]();
  expect(large.config("netchecker").data).toMatchObject({
    HISTORY_FULL_ROUNDS: "20",
    HISTORY_ROUNDS: "360",
  });
  const limit = (name: string) =>
    bytes(containersOf(large.get("Deployment", name))[0]!.resources!.limits!["memory"] as string);
  expect(limit("netchecker")).toBeGreaterThan(400 * MI);
  // 20 rounds of 8.5 MB, 340 rounds of 0.5 MB, lists to 1,000 agents at once, reports, connections.
  expect(0.75 * limit("redis")).toBeGreaterThan((170 + 170 + 275 + 40 + 50) * MI);
});

test("redis-volume keeps Redis' data in a volume that outlives the pod", async () => {
  const all = await VARIANTS["redis-volume"]();
  const { spec } = all.get("Deployment", "redis").spec!.template;
  expect(spec!.volumes).toContainEqual({
    name: "data",
    persistentVolumeClaim: { claimName: "redis-data" },
  });
  expect(spec!.volumes!.filter(({ name }) => name === "data")).toHaveLength(1);
  expect(all.objects.map(({ kind }) => kind)).toContain("PersistentVolumeClaim");
});
