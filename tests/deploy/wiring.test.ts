import { expect, test } from "vitest";
import { containersOf, type Rendered, VARIANTS, type Workload } from "./support/rendered.ts";

const labelsOf = (workload: Workload) => workload.spec!.template.metadata!.labels!;

function selected(all: Rendered, namespace: string | undefined, selector: object): Workload[] {
  return all.workloads.filter(
    (workload) =>
      workload.metadata.namespace === namespace &&
      Object.entries(selector).every(([key, value]) => labelsOf(workload)[key] === value),
  );
}

test.for(Object.entries(VARIANTS))(
  "%s: each workload selects its own pods and no others",
  async ([, rendered]) => {
    const all = await rendered();
    for (const workload of all.workloads)
      expect(
        selected(all, workload.metadata.namespace, workload.spec!.selector.matchLabels!),
      ).toEqual([workload]);
  },
);

test.for(Object.entries(VARIANTS))(
  "%s: each service leads to one workload's port, in all address families",
  async ([, rendered]) => {
    const all = await rendered();
    for (const { metadata, spec } of all.of("Service")) {
      const [workload, ...others] = selected(all, metadata.namespace, spec!.selector!);
      expect(others).toEqual([]);
      const ports = containersOf(workload!).flatMap(({ ports: open = [] }) => open);
      for (const { targetPort } of spec!.ports!)
        expect(ports.map(({ name }) => name)).toContain(targetPort);
      expect(spec!.ipFamilyPolicy).toBe("PreferDualStack");
    }
  },
);

test.for(Object.entries(VARIANTS))(
  "%s: each probe uses an open port, and each volume and ConfigMap exists",
  async ([, rendered]) => {
    const all = await rendered();
    for (const workload of all.workloads) {
      const { volumes = [], containers } = workload.spec!.template.spec!;
      for (const container of containers) {
        const open = (container.ports ?? []).map(({ name }) => name);
        const probes = [container.startupProbe, container.readinessProbe, container.livenessProbe];
        for (const probe of probes) {
          expect(probe).toBeDefined();
          if (!probe!.httpGet) continue;
          expect(open).toContain(probe!.httpGet.port);
          // Not the main port, on which other clients could crowd out the kubelet.
          expect(probe!.httpGet.port).toBe("health");
        }
      }
      const used = containersOf(workload).flatMap(({ volumeMounts = [] }) =>
        volumeMounts.map(({ name }) => name),
      );
      expect(volumes.map(({ name }) => name).toSorted()).toEqual([...new Set(used)].toSorted());
      const configs = [
        ...volumes.flatMap(({ configMap }) => configMap?.name ?? []),
        ...containersOf(workload).flatMap(({ envFrom = [] }) =>
          envFrom.map(({ configMapRef }) => configMapRef!.name!),
        ),
      ];
      const there = all
        .of("ConfigMap")
        .filter((each) => each.metadata.namespace === workload.metadata.namespace);
      expect(there.map(({ metadata }) => metadata.name)).toEqual(expect.arrayContaining(configs));
    }
  },
);

test("the names and labels are those of the original", async () => {
  const base = await VARIANTS.base();
  expect(labelsOf(base.get("Deployment", "netchecker"))).toMatchObject({ name: "netChecker" });
  for (const name of ["ping", "pong"])
    expect(labelsOf(base.get("DaemonSet", name))).toMatchObject({ name, type: name });
  const { spec: pong } = base.get("Service", "pong-svc");
  expect(pong).toMatchObject({ type: "NodePort", externalTrafficPolicy: "Local" });
  expect(pong!.ports).toMatchObject([{ port: 8080, nodePort: 32_088 }]);
  const { spec: netchecker } = base.get("Service", "netchecker");
  expect(netchecker).toMatchObject({ type: "NodePort" });
  expect(netchecker!.ports).toMatchObject([{ port: 8080, nodePort: 32_089 }]);
});

test("every object has the label of what it belongs to", async () => {
  for (const rendered of Object.values(VARIANTS))
    for (const { kind, metadata } of (await rendered()).objects)
      if (kind !== "ConfigMap" || !metadata.name.startsWith("redis-acl"))
        expect(metadata.labels).toMatchObject({ "app.kubernetes.io/part-of": "netchecker" });
});

test("agents run on every Linux node, whatever its taints, and an update leaves no node without one", async () => {
  const base = await VARIANTS.base();
  for (const { spec } of base.of("DaemonSet")) {
    expect(spec!.template.spec).toMatchObject({
      tolerations: [{ operator: "Exists" }],
      nodeSelector: { "kubernetes.io/os": "linux" },
      priorityClassName: "netchecker",
    });
    expect(spec!.updateStrategy!.rollingUpdate).toEqual({ maxSurge: "10%", maxUnavailable: 0 });
  }
});

test("no container is throttled: memory has a limit, the CPU a request", async () => {
  const base = await VARIANTS.base();
  const resources = Object.fromEntries(
    base.workloads.map((workload) => [
      workload.metadata.name,
      containersOf(workload)[0]!.resources,
    ]),
  );
  const of = (cpu: string, request: string, limit: string) => ({
    requests: { cpu, memory: request },
    limits: { memory: limit },
  });
  expect(resources).toEqual({
    netchecker: of("100m", "128Mi", "192Mi"),
    ping: of("100m", "96Mi", "200Mi"),
    pong: of("100m", "48Mi", "200Mi"),
    redis: of("100m", "128Mi", "256Mi"),
  });
});

test("only the kubelet, which no policy stops, reaches a health port", async () => {
  for (const rendered of Object.values(VARIANTS))
    for (const { spec } of (await rendered()).of("NetworkPolicy"))
      for (const { ports } of spec!.ingress ?? [])
        expect(ports!.map(({ port }) => port)).not.toContain(8081);
});

test("only netchecker and ping may connect to Redis, and nobody may connect to ping", async () => {
  const base = await VARIANTS.base();
  const { spec: redis } = base.get("NetworkPolicy", "redis");
  expect(redis!.ingress).toEqual([
    {
      from: [
        {
          podSelector: {
            matchExpressions: [{ key: "name", operator: "In", values: ["netChecker", "ping"] }],
          },
        },
      ],
      ports: [{ port: 6379, protocol: "TCP" }],
    },
  ]);
  expect(base.get("NetworkPolicy", "default-deny").spec).toEqual({
    podSelector: {},
    policyTypes: ["Ingress"],
  });
  const opened = base
    .of("NetworkPolicy")
    .flatMap(({ spec }) => spec!.podSelector!.matchLabels?.["name"] ?? []);
  expect(opened.toSorted()).toEqual(["netChecker", "pong", "redis"]);
});

test("a pong that ends still answers until its endpoint is gone, within its grace period", async () => {
  const { spec } = (await VARIANTS.base()).get("DaemonSet", "pong");
  const { terminationGracePeriodSeconds, containers } = spec!.template.spec!;
  const [file, flag, script] = containers[0]!.lifecycle!.preStop!.exec!.command!;
  expect([file, flag]).toEqual(["node", "-e"]);
  const waitsMs = Number(
    /setTimeout\(\(\) => \{\}, ([\d_]+)\)/.exec(script!)![1]!.replaceAll("_", ""),
  );
  expect(waitsMs).toBeGreaterThanOrEqual(10_000);
  // And 5 s for its open connections, and some time to start Node on a busy node.
  expect(terminationGracePeriodSeconds! * 1_000).toBeGreaterThanOrEqual(waitsMs + 10_000);
});
