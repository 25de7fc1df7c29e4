import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { LocalCluster } from "@netchecker/testbed/loopback/local-cluster";
import { startLocalCluster } from "@netchecker/testbed/loopback/start-local-cluster";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { storedRoundAfter } from "../e2e/support/a-cluster.ts";
import { DEPLOY } from "../deploy/support/rendered.ts";
import { type Dashboard, expressionsOf } from "./support/dashboard.ts";
import { metricNames, namesIn, seriesNames } from "./support/metric-names.ts";
import { Prometheus } from "./support/prometheus.ts";
import { promtool } from "./support/promtool.ts";
import { allRules, ruleFile } from "./support/rule-file.ts";

/** Three attempts of a second each fit into a round, and into its 75 %. */
const INTERVAL_MS = 6_000;
/** A finding is an alarm after two rounds; this machine has other work, too. */
const SEEN = { timeout: 60_000, interval: 500 };

let cluster: LocalCluster;
let prometheus: Prometheus;
let scrapes: Record<"netchecker" | "ping" | "pong", string>;

beforeAll(async () => {
  cluster = await startLocalCluster({ nodes: 4, intervalMs: INTERVAL_MS, port: 0 });
  await storedRoundAfter(cluster, 0);
  const [node] = cluster.nodes;
  const scrape = async (url: string) => (await fetch(`${url}/metrics`)).text();
  scrapes = {
    netchecker: await scrape(cluster.netchecker.url),
    ping: await scrape(`http://${node!.pods.ping.ip}:8080`),
    pong: await scrape(`http://${node!.pods.pong.ip}:8080`),
  };
  const labels = { namespace: "netchecker" };
  const at = (workload: "ping" | "pong") =>
    cluster.nodes.map(({ pods }) => `${pods[workload].ip}:8080`);
  prometheus = await Prometheus.start(
    [
      { job: "netchecker", targets: [new URL(cluster.netchecker.url).host], labels },
      { job: "netchecker-ping", targets: at("ping"), labels },
      { job: "netchecker-pong", targets: at("pong"), labels },
    ],
    await ruleFile({ for: "1s", interval: "1s", lastWord: "5s" }),
  );
});
afterAll(async () => {
  await prometheus?.stop();
  await cluster?.stop();
});

const nodesOf = async (expr: string) =>
  (await prometheus.query(expr)).map(({ metric }) => metric["node"]).toSorted();

/** The nodes for which an alert fires. */
const firingAt = async (name: string) =>
  (await prometheus.alerts())
    .filter(({ labels, state }) => labels["alertname"] === name && state === "firing")
    .map(({ labels }) => labels["node"]);

describe("what the services say", () => {
  it.each(["netchecker", "ping", "pong"] as const)(
    "of %s promtool has nothing to say",
    async (service) => {
      const { code, said } = await promtool(["check", "metrics"], {}, scrapes[service]);
      expect(said).toBe("");
      expect(code).toBe(0);
    },
  );

  it("is what docs/metrics.md says, no more and no less", async () => {
    const docs = await readFile(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");
    const told = [...docs.matchAll(/^\| `(netchecker_\w+)` /gm)].map(([, name]) => name!);
    const names = Object.values(scrapes).flatMap(metricNames);
    expect(told.toSorted()).toEqual(names.toSorted());
  });

  it("has all that the alerts and the dashboard ask for", async () => {
    const names = new Set(Object.values(scrapes).flatMap((text) => [...seriesNames(text)]));
    const json = await readFile(join(DEPLOY, "components/monitoring/netchecker.json"), "utf8");
    const asked = [
      ...(await allRules()).map(({ expr }) => expr),
      ...expressionsOf(JSON.parse(json) as Dashboard),
    ].flatMap(namesIn);
    expect(asked.length).toBeGreaterThan(20);
    expect([...new Set(asked)].filter((name) => !names.has(name))).toEqual([]);
  });
});

describe("a Prometheus that scrapes them", () => {
  it("reaches all of them", async () => {
    await vi.waitFor(async () => expect(await prometheus.query("up == 1")).toHaveLength(9), SEEN);
  });

  it("is told one verdict of the four", async () => {
    expect(await prometheus.query("netchecker_verdict")).toHaveLength(4);
    expect(await prometheus.query("netchecker_verdict == 1")).toHaveLength(1);
  });

  it("understands every expression of the dashboard", async () => {
    const json = await readFile(join(DEPLOY, "components/monitoring/netchecker.json"), "utf8");
    const expressions = expressionsOf(JSON.parse(json) as Dashboard);
    for (const expr of expressions) await prometheus.query(expr);
  });

  it("is told of a pong that hangs, and of no other node, until it does no more", async () => {
    const finding = 'netchecker_finding{kind="pong",severity="warning",planned="false"}';
    expect(await prometheus.query(finding)).toEqual([]);
    expect(await firingAt("NetcheckerFindingWarning")).toEqual([]);
    await cluster.break("node-3", "pong-hung");
    await vi.waitFor(async () => {
      expect(await nodesOf(finding)).toEqual(["node-3"]);
      expect(await firingAt("NetcheckerFindingWarning")).toEqual(["node-3"]);
    }, SEEN);
    expect(await nodesOf('netchecker_destination_checks{type="pod",result="failed"} > 0')).toEqual([
      "node-3",
    ]);
    await cluster.heal("node-3", "pong-hung");
    await vi.waitFor(async () => {
      expect(await prometheus.query(finding)).toEqual([]);
      expect(await firingAt("NetcheckerFindingWarning")).toEqual([]);
    }, SEEN);
  }, 150_000);

  it("is told of an agent that is silent, and of no other", async () => {
    await cluster.break("node-2", "ping-silent");
    await vi.waitFor(
      async () => expect(await firingAt("NetcheckerAgentSilent")).toEqual(["node-2"]),
      SEEN,
    );
    const alert = (await prometheus.alerts()).find(
      ({ labels }) => labels["alertname"] === "NetcheckerAgentSilent",
    )!;
    expect(alert.annotations["description"]).toContain("spec.nodeName=node-2");
    await cluster.heal("node-2", "ping-silent");
    await vi.waitFor(async () => expect(await firingAt("NetcheckerAgentSilent")).toEqual([]), SEEN);
  }, 150_000);

  it("is told nothing that fires by a node that was cordoned before its pods broke", async () => {
    await cluster.break("node-4", "cordoned");
    await cluster.break("node-4", "pong-hung");
    const planned = 'netchecker_destination_checks{node="node-4",type="pod",result="planned"} > 0';
    await vi.waitFor(async () => expect(await nodesOf(planned)).toEqual(["node-4"]), SEEN);
    const { round } = await cluster.resultsAfter<{ round: { id: number } }>(0);
    await cluster.resultsAfter(round.id + 1, { timeoutMs: 60_000 });
    expect(await nodesOf('ALERTS{node="node-4"}')).toEqual([]);
    await cluster.heal("node-4", "pong-hung");
    await cluster.heal("node-4", "cordoned");
  }, 150_000);

  it("sees a node that is gone no more", async () => {
    const ofNode = 'netchecker_source_checks{node="node-4"}';
    expect(await prometheus.query(ofNode)).toHaveLength(16);
    await cluster.removeNode("node-4");
    await vi.waitFor(async () => expect(await prometheus.query(ofNode)).toEqual([]), SEEN);
  }, 90_000);
});
