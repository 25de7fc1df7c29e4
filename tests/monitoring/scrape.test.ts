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

/** Three attempts of one second each fit into a round, and into 75 % of it. */
const INTERVAL_MS = 6_000;
/** A finding becomes an alarm after two rounds, and the machine may be busy. */
const FINDING_WAIT = { timeout: 60_000, interval: 500 };

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

describe("the metrics of the services", () => {
  it.each(["netchecker", "ping", "pong"] as const)(
    "of %s promtool has nothing to say",
    async (service) => {
      const { code, said } = await promtool(["check", "metrics"], {}, scrapes[service]);
      expect(said).toBe("");
      expect(code).toBe(0);
    },
  );

  it("are the ones in docs/metrics.md, no more and no fewer", async () => {
    const docs = await readFile(join(import.meta.dirname, "../../docs/metrics.md"), "utf8");
    const told = [...docs.matchAll(/^\| `(netchecker_\w+)` /gm)].map(([, name]) => name!);
    const names = Object.values(scrapes).flatMap(metricNames);
    expect(told.toSorted()).toEqual(names.toSorted());
  });

  it("include all that the alerts and the dashboard use", async () => {
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
    await vi.waitFor(
      async () => expect(await prometheus.query("up == 1")).toHaveLength(9),
      FINDING_WAIT,
    );
  });

  it("gets exactly one of the four verdicts", async () => {
    expect(await prometheus.query("netchecker_verdict")).toHaveLength(4);
    expect(await prometheus.query("netchecker_verdict == 1")).toHaveLength(1);
  });

  it("understands every expression of the dashboard", async () => {
    const json = await readFile(join(DEPLOY, "components/monitoring/netchecker.json"), "utf8");
    const expressions = expressionsOf(JSON.parse(json) as Dashboard);
    for (const expr of expressions) await prometheus.query(expr);
  });

  it("gets an alert for a pong that hangs and for no other node, until it answers again", async () => {
    const finding = 'netchecker_finding{kind="pong",severity="warning",planned="false"}';
    expect(await prometheus.query(finding)).toEqual([]);
    expect(await firingAt("NetcheckerFindingWarning")).toEqual([]);
    await cluster.break("node-3", "pong-hung");
    await vi.waitFor(async () => {
      expect(await nodesOf(finding)).toEqual(["node-3"]);
      expect(await firingAt("NetcheckerFindingWarning")).toEqual(["node-3"]);
    }, FINDING_WAIT);
    expect(await nodesOf('netchecker_destination_checks{type="pod",result="failed"} > 0')).toEqual([
      "node-3",
    ]);
    await cluster.heal("node-3", "pong-hung");
    await vi.waitFor(async () => {
      expect(await prometheus.query(finding)).toEqual([]);
      expect(await firingAt("NetcheckerFindingWarning")).toEqual([]);
    }, FINDING_WAIT);
  }, 150_000);

  it("gets an alert for a silent agent and for no other", async () => {
    await cluster.break("node-2", "ping-silent");
    await vi.waitFor(
      async () => expect(await firingAt("NetcheckerAgentSilent")).toEqual(["node-2"]),
      FINDING_WAIT,
    );
    const alert = (await prometheus.alerts()).find(
      ({ labels }) => labels["alertname"] === "NetcheckerAgentSilent",
    )!;
    expect(alert.annotations["description"]).toContain("spec.nodeName=node-2");
    await cluster.heal("node-2", "ping-silent");
    await vi.waitFor(
      async () => expect(await firingAt("NetcheckerAgentSilent")).toEqual([]),
      FINDING_WAIT,
    );
  }, 150_000);

  it("gets no alert for a node that was cordoned before its pods broke", async () => {
    await cluster.break("node-4", "cordoned");
    await cluster.break("node-4", "pong-hung");
    const planned = 'netchecker_destination_checks{node="node-4",type="pod",result="planned"} > 0';
    await vi.waitFor(async () => expect(await nodesOf(planned)).toEqual(["node-4"]), FINDING_WAIT);
    const { round } = await cluster.resultsAfter<{ round: { id: number } }>(0);
    await cluster.resultsAfter(round.id + 1, { timeoutMs: 60_000 });
    expect(await nodesOf('ALERTS{node="node-4"}')).toEqual([]);
    await cluster.heal("node-4", "pong-hung");
    await cluster.heal("node-4", "cordoned");
  }, 150_000);

  it("has no series of a node that is gone", async () => {
    const ofNode = 'netchecker_source_checks{node="node-4"}';
    expect(await prometheus.query(ofNode)).toHaveLength(16);
    await cluster.removeNode("node-4");
    await vi.waitFor(async () => expect(await prometheus.query(ofNode)).toEqual([]), FINDING_WAIT);
  }, 90_000);
});
