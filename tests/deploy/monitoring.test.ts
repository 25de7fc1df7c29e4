import { expect, test } from "vitest";
import { containersOf, type Rendered, renderWith, VARIANTS } from "./support/rendered.ts";

const PORTS = { ServiceMonitor: "endpoints", PodMonitor: "podMetricsEndpoints" } as const;
const MONITORS = ["ServiceMonitor", "PodMonitor"] as const;

/** The names of the objects that each monitor selects, with their namespaces. */
function monitored(all: Rendered): Record<string, string[]> {
  const services = all.of("Service").map(({ metadata }) => ({ metadata, labels: metadata.labels }));
  const pods = all.workloads.map(({ metadata, spec }) => ({
    metadata,
    labels: spec!.template.metadata!.labels,
  }));
  const found = MONITORS.flatMap((kind) =>
    all.of(kind).map((monitor) => {
      const { selector, namespaceSelector } = monitor.spec!;
      const selected = (kind === "ServiceMonitor" ? services : pods).filter(
        ({ metadata, labels }) =>
          namespaceSelector!.matchNames!.includes(metadata.namespace!) &&
          Object.entries(selector.matchLabels!).every(([key, value]) => labels?.[key] === value),
      );
      const names = selected.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      return [monitor.metadata.name, names.toSorted()] as const;
    }),
  );
  return Object.fromEntries(found);
}

test("the monitors find netchecker's service and the pods of ping and pong, and nothing else", async () => {
  expect(monitored(await VARIANTS.monitoring())).toEqual({
    netchecker: ["netchecker/netchecker"],
    "netchecker-ping": ["netchecker/ping"],
    "netchecker-pong": ["netchecker/pong"],
  });
});

test("with host-network the monitors find the objects of both meshes", async () => {
  expect(monitored(await VARIANTS["all but external-redis"]())).toEqual({
    netchecker: ["netchecker-host/netchecker", "netchecker/netchecker"],
    "netchecker-ping": ["netchecker-host/ping", "netchecker/ping"],
    "netchecker-pong": ["netchecker-host/pong", "netchecker/pong"],
  });
});

test("the monitors also find objects with a name prefix", async () => {
  const all = await renderWith(["monitoring"], { namePrefix: "net-" });
  expect(monitored(all)).toEqual({
    "net-netchecker": ["netchecker/net-netchecker"],
    "net-netchecker-ping": ["netchecker/net-ping"],
    "net-netchecker-pong": ["netchecker/net-pong"],
  });
});

test("each monitor scrapes /metrics at an open port and has a fixed job name", async () => {
  const all = await VARIANTS.monitoring();
  const open = new Set(
    all.workloads.flatMap(containersOf).flatMap(({ ports = [] }) => ports.map(({ name }) => name)),
  );
  for (const kind of MONITORS)
    for (const { metadata, spec } of all.of(kind)) {
      const [endpoint, ...others] = (spec as never)[PORTS[kind]] as {
        port: string;
        path: string;
        relabelings: object[];
      }[];
      expect(others).toEqual([]);
      expect(open).toContain(endpoint!.port);
      expect(endpoint!.path).toBe("/metrics");
      expect(endpoint!.relabelings).toContainEqual({
        targetLabel: "job",
        replacement: metadata.name,
      });
    }
});

test("Prometheus sends netchecker's API token only if netchecker has one", async () => {
  const authorization = async (variant: keyof typeof VARIANTS) =>
    (await VARIANTS[variant]()).get("ServiceMonitor", "netchecker").spec!.endpoints[0]!
      .authorization;
  expect(await authorization("monitoring")).toBeUndefined();
  expect(await authorization("all but external-redis")).toEqual({
    type: "Bearer",
    credentials: { name: "api-token", key: "token" },
  });
});

test("Prometheus may connect to ping, and nobody else may", async () => {
  const policies = (await VARIANTS.monitoring()).of("NetworkPolicy");
  const toPing = policies.filter(({ spec }) => spec!.podSelector!.matchLabels?.["name"] === "ping");
  expect(toPing.map(({ spec }) => spec!.ingress)).toEqual([
    [
      {
        from: [
          {
            namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } },
            podSelector: { matchLabels: { "app.kubernetes.io/name": "prometheus" } },
          },
        ],
        ports: [{ port: 8080, protocol: "TCP" }],
      },
    ],
  ]);
});

test("Grafana's sidecar finds the dashboard by its label", async () => {
  const all = await VARIANTS.monitoring();
  const { metadata, data } = all.get("ConfigMap", "netchecker-dashboard");
  expect(metadata.labels).toMatchObject({ grafana_dashboard: "1" });
  expect(Object.keys(data!)).toEqual(["netchecker.json"]);
});

test("monitoring does not change the base", async () => {
  const base = await VARIANTS.base();
  const all = await VARIANTS.monitoring();
  expect(all.objects).toEqual(expect.arrayContaining([...base.objects]));
  const added = all.objects.length - base.objects.length;
  expect(added).toBe(6);
});
