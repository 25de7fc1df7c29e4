import { expect, test } from "vitest";
import { readConfig as readNetcheckerConfig } from "../../packages/netchecker/src/config.ts";
import { readPingConfig } from "../../packages/ping/src/config.ts";
import { readPongConfig } from "../../packages/pong/src/config.ts";
import { containersOf, type Rendered, VARIANTS, type Workload } from "./support/rendered.ts";

type Env = Record<string, string>;

const READERS: Readonly<Record<string, (env: Env) => object>> = {
  netchecker: readNetcheckerConfig,
  ping: readPingConfig,
  pong: readPongConfig,
};

/** The variables that come from the downward API and the secrets. */
const POD: Env = {
  "metadata.name": "a-pod",
  "metadata.namespace": "netchecker",
  "spec.nodeName": "node-1",
  "status.podIP": "10.244.1.5",
};
const SECRETS: Env = {
  "redis-auth/netchecker-url": "redis://netchecker:0123@redis:6379",
  "redis-auth/ping-url": "redis://ping:4567@redis:6379",
  "external-redis/url": "rediss://someone:secret@redis.example:6380/0",
  "api-token/token": "0123456789abcdef",
};

/** Node itself reads these; no service does. */
const OF_NODE = new Set(["NODE_EXTRA_CA_CERTS"]);

/** The environment that the kubelet makes for the workload's container. */
function environmentOf(all: Rendered, workload: Workload): Env {
  const env: Env = {};
  const [container] = containersOf(workload).slice(-1);
  for (const { configMapRef } of container!.envFrom ?? []) {
    const config = all.get("ConfigMap", configMapRef!.name!, workload.metadata.namespace);
    for (const name of Object.keys(config.data!)) expect(env).not.toHaveProperty(name);
    Object.assign(env, config.data);
  }
  for (const { name, value, valueFrom } of container!.env ?? []) {
    expect(env).not.toHaveProperty(name);
    const secret = valueFrom?.secretKeyRef;
    const field = valueFrom?.fieldRef?.fieldPath;
    env[name] = (secret ? SECRETS[`${secret.name}/${secret.key}`] : field ? POD[field] : value)!;
    expect(env[name], name).toBeTypeOf("string");
  }
  return env;
}

const services = (all: Rendered) =>
  all.workloads.filter(({ metadata }) => metadata.name in READERS);

test.for(Object.entries(VARIANTS))(
  "%s: each service knows every variable that it gets, and accepts its value",
  async ([, rendered]) => {
    const all = await rendered();
    expect(services(all).length).toBeGreaterThanOrEqual(3);
    for (const workload of services(all)) {
      const env = environmentOf(all, workload);
      // A reader's result has a key for each variable that the service knows.
      const known = Object.keys(READERS[workload.metadata.name]!(env));
      for (const name of Object.keys(env).filter((each) => !OF_NODE.has(each)))
        expect(known).toContain(name);
    }
  },
);

test("each variable that a service knows is in the base or in a component, or is not for a pod", async () => {
  const base = await VARIANTS.base();
  const left = Object.fromEntries(
    services(base).map((workload) => {
      const env = environmentOf(base, workload);
      const known = Object.keys(READERS[workload.metadata.name]!(env));
      return [workload.metadata.name, known.filter((name) => !(name in env)).toSorted()];
    }),
  );
  // HOST: a pod listens on all its addresses. KUBECONFIG: a pod has its service account.
  expect(left).toEqual({
    netchecker: ["API_TOKEN", "HOST", "KUBECONFIG", "REDIS_URL"],
    ping: ["HOST", "REDIS_URL"],
    pong: ["HOST"],
  });
});

test("the base has the defaults that the README names", async () => {
  const base = await VARIANTS.base();
  for (const workload of services(base)) {
    const env = environmentOf(base, workload);
    const { name } = workload.metadata;
    const identity = Object.fromEntries(
      Object.entries(env).filter(([, value]) => Object.values(POD).includes(value)),
    );
    // In a pod health has a port of its own, for the kubelet. Elsewhere it does not.
    const { HEALTH_PORT } = env;
    expect(READERS[name]!(env)).toEqual(READERS[name]!({ ...identity, HEALTH_PORT: HEALTH_PORT! }));
  }
});

test.for(Object.entries(VARIANTS))(
  "%s: the open ports are the ports on which the services listen",
  async ([, rendered]) => {
    const all = await rendered();
    for (const workload of services(all)) {
      const env = environmentOf(all, workload);
      const ports = containersOf(workload).flatMap(({ ports: open = [] }) => open);
      expect(ports).toEqual([
        { name: "http", containerPort: Number(env["PORT"]) },
        { name: "health", containerPort: Number(env["HEALTH_PORT"]) },
      ]);
      if (workload.metadata.name !== "netchecker") continue;
      const { namespace } = workload.metadata;
      expect(env["PONG_PORT"]).toBe(all.config("pong", namespace).data!["PORT"]);
      expect(all.get("Service", env["PONG_SERVICE"]!, namespace)).toBeDefined();
    }
  },
);

test("on the nodes' network no port is used twice", async () => {
  const all = await VARIANTS["host-network"]();
  const ports = services(all)
    .filter(({ spec }) => spec!.template.spec!.hostNetwork)
    .flatMap(containersOf)
    .flatMap(({ ports: open = [] }) => open.map(({ containerPort }) => containerPort));
  expect(ports.toSorted()).toEqual([18_080, 18_081, 18_082, 18_083]);
});

test("a change of a workload's configuration changes the template of its pods, and of no others", async () => {
  const [base, kind] = [await VARIANTS.base(), await VARIANTS["overlays/kind"]()];
  const configs = (all: Rendered, workload: Workload) =>
    containersOf(
      all.workloads.find(({ metadata }) => metadata.name === workload.metadata.name)!,
    ).flatMap(({ envFrom = [] }) => envFrom.map(({ configMapRef }) => configMapRef!.name));
  for (const workload of services(base)) {
    const changed = workload.metadata.name === "netchecker";
    expect(configs(kind, workload).join() !== configs(base, workload).join()).toBe(changed);
  }
});
