import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { LocalCluster } from "../src/loopback/local-cluster.ts";
import { LoopbackIpv6 } from "../src/loopback/loopback-ipv6.ts";
import { claimLoopbackSlice } from "../src/loopback/loopback-slice.ts";
import { startLocalCluster } from "../src/loopback/start-local-cluster.ts";
import { childrenOf } from "./processes.ts";
import { runTestbed } from "./run-testbed.ts";

/** Why this machine cannot run one; null where it can. */
const refusal = await (async () => {
  const slice = await claimLoopbackSlice();
  try {
    const ipv6 = LoopbackIpv6.claim(slice.hostIp);
    ipv6.add({ any: slice.hostIp });
    ipv6.release();
    return null;
  } catch (error) {
    return (error as Error).message;
  } finally {
    await slice.release();
  }
})();

const WITHOUT_RIGHT = ["setpriv", "--bounding-set", "-net_admin", "--inh-caps", "-all"];
const SWITCH_OFF =
  'ip link set lo up && echo 1 > /proc/sys/net/ipv6/conf/lo/disable_ipv6 && exec "$@"';
const WITHOUT_IPV6 = ["unshare", "--net", "sh", "-c", SWITCH_OFF, "sh"];
/** Containers may hold back what these commands need. */
const works = ([file, ...args]: readonly string[]) =>
  spawnSync(file!, [...args, "true"]).status === 0;

const OFF =
  "IPv6 is off on this machine's loopback: switch it on (net.ipv6.conf.lo.disable_ipv6=0), or start without dual stack.";
const NOT_ALLOWED =
  /^Dual stack needs IPv6 addresses on the loopback, which takes root and the ip command \(.+\): run as root, or start without dual stack\.\n$/;

/** The slice is held by its cluster alone, and so is its part of the table. */
const localAddresses = (prefix: string) =>
  spawnSync("ip", ["-6", "route", "show", "table", "local"], { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line.includes(` ${prefix}::`));

const prefixOf = (cluster: LocalCluster) => `fd7f:${cluster.nodes[0]!.spec.ip.split(".")[1]}`;

/** Of the cluster that a pod's process belongs to. */
const prefixOfPod = (pid: number) => {
  const [, slice] = /POD_IP=127\.(\d+)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8")) ?? [];
  return slice && `fd7f:${slice}`;
};

const demo = (...before: string[]) =>
  runTestbed("demo --dual-stack --nodes 1 --port 0 --interval 2".split(" "), { before });

test.runIf(refusal !== null)(`dual stack is refused on this machine: ${refusal}`, async () => {
  expect(await demo().ended).toMatchObject({ code: 1, stderr: `${refusal}\n` });
});

interface Row {
  type: string;
  check: string;
  from: { node: string; ip: string };
  to: { name: string; node: string | null; address: string; family?: string };
  ok: boolean;
  reason: string;
}
const WHOLE_WITHIN_MS = 20_000;

interface Results {
  round: { id: number; missing: unknown[]; expected: number; reported: number };
  summary: Record<string, { total: number; ok: number }>;
  results: Row[];
}

describe.runIf(refusal === null)("a dual-stack cluster", () => {
  let cluster: LocalCluster;
  beforeAll(async () => {
    cluster = await startLocalCluster({ nodes: 3, intervalMs: 2_000, port: 0, dualStack: true });
  });
  afterAll(() => cluster?.stop());

  test("has a whole round in which every agent checks everything by both families", async () => {
    const results = await vi.waitFor(async () => {
      const { round, summary, results: all } = await cluster.resultsAfter<Results>(0);
      expect(round).toMatchObject({ missing: [], expected: 3, reported: 3 });
      expect(all.filter(({ ok }) => !ok)).toEqual([]);
      expect(summary).toMatchObject({
        pod: { total: 18, ok: 18 },
        node: { total: 36, ok: 36 },
        service: { total: 12, ok: 12 },
      });
      return all;
      // Where this machine is busy, the first one may be over before every agent was.
    }, WHOLE_WITHIN_MS);
    const inside = results.filter(({ type }) => type !== "external");
    const counts = Map.groupBy(inside, ({ check, to }) => `${check} ${to.family}`);
    expect(Object.fromEntries([...counts].map(([key, rows]) => [key, rows.length]))).toEqual({
      "echo IPv4": 9,
      "echo IPv6": 9,
      "tcp IPv4": 9,
      "tcp IPv6": 9,
      "nodeport IPv4": 9,
      "nodeport IPv6": 9,
      "clusterip IPv4": 3,
      "clusterip IPv6": 3,
      "dns IPv4": 3,
      "dns IPv6": 3,
    });
    for (const { to } of inside)
      expect(to.family).toBe(to.address.includes("fd7f:") ? "IPv6" : "IPv4");
  });

  test("shows both families of nodes, pods and the service, IPv4 first, as an API server does", () => {
    const { store } = cluster.apiServer;
    const prefix = prefixOf(cluster);
    const [node] = cluster.nodes;
    const { ip, podIp } = node!.spec;
    expect(node!.object.status.addresses).toMatchObject([
      { type: "InternalIP", address: ip },
      { type: "InternalIP", address: `${prefix}::1` },
      { type: "Hostname" },
    ]);
    expect(node!.pods.pong.object!.status).toMatchObject({
      podIP: podIp.pong,
      podIPs: [{ ip: podIp.pong }, { ip: `${prefix}::1:1` }],
      hostIPs: [{ ip }, { ip: `${prefix}::1` }],
    });
    expect(store.get("services", "pong-svc", "netchecker")!.spec).toMatchObject({
      clusterIPs: [expect.stringMatching(/^127\./), `${prefix}::96:10`],
      ipFamilies: ["IPv4", "IPv6"],
      ipFamilyPolicy: "PreferDualStack",
    });
  });

  test("has a ping that answers on both of its addresses", async () => {
    const { podIPs } = cluster.nodes[2]!.pods.ping.object!.status;
    expect(podIPs).toHaveLength(2);
    for (const { ip: host } of podIPs!) {
      const request = get({ host, port: 8080, path: "/healthz", agent: false });
      const [response] = await once(request, "response");
      response.resume();
      expect(response.statusCode).toBe(200);
    }
  });

  test("has a pong that is gone refuse by both families, and back by both when it is healed", async () => {
    const closed = async () => {
      const response = await cluster.fetch("/results");
      return ((await response.json()) as Results).round.id;
    };
    const echoes = async () => {
      const { results } = await cluster.resultsAfter<Results>((await closed()) + 1);
      const rows = results.filter(({ check, to }) => check === "echo" && to.node === "node-2");
      return new Set(rows.map(({ to, reason }) => `${to.family} ${reason}`));
    };
    await cluster.break("node-2", "pong-down");
    expect(await echoes()).toEqual(new Set(["IPv4 connection_refused", "IPv6 connection_refused"]));
    await cluster.heal("node-2", "pong-down");
    expect(await echoes()).toEqual(new Set(["IPv4 ok", "IPv6 ok"]));
  });

  test("leaves none of its addresses when it is stopped", async () => {
    const prefix = prefixOf(cluster);
    // The service, and three nodes with two pods each.
    expect(localAddresses(prefix)).toHaveLength(10);
    await cluster.stop();
    expect(localAddresses(prefix)).toEqual([]);
  });

  test("leaves none of its addresses when its start fails", async () => {
    const slice = await claimLoopbackSlice();
    const prefix = `fd7f:${slice.hostIp.split(".")[1]}`;
    await slice.release();
    const options = { nodes: 1, intervalMs: 2_000, port: 0, dualStack: true };
    const failing = startLocalCluster({ ...options, env: { pong: { PORT: "none" } } });
    await expect(failing).rejects.toThrow(/^pong-\w{5} on node-1 ended before it was ready/);
    expect(localAddresses(prefix)).toEqual([]);
  });

  test.each([1, 2])("leaves none of its addresses after %i × Ctrl-C", async (times) => {
    const { child, said, ended } = demo();
    while (!said.stdout.includes("round ")) {
      if (child.exitCode !== null) throw new Error(`it ended: ${said.stderr}`);
      await sleep(20);
    }
    const prefix = childrenOf(child.pid!).map(prefixOfPod).find(Boolean);
    expect(localAddresses(prefix!)).toHaveLength(4);
    for (let pressed = 0; pressed < times; pressed += 1) {
      child.kill("SIGINT");
      await sleep(20);
    }
    await ended;
    expect(localAddresses(prefix!)).toEqual([]);
  });

  test("takes what a SIGKILLed one left as its own, and leaves nothing of it", async () => {
    const slice = await claimLoopbackSlice();
    const prefix = `fd7f:${slice.hostIp.split(".")[1]}`;
    const killed = LoopbackIpv6.claim(slice.hostIp);
    killed.add({ node: slice.nodeIp(77) });
    expect(localAddresses(prefix)).toHaveLength(1);
    const next = LoopbackIpv6.claim(slice.hostIp);
    expect(localAddresses(prefix)).toEqual([]);
    next.release();
    killed.release();
    await slice.release();
  });

  test.runIf(works(WITHOUT_RIGHT))(
    "is refused without the right to add addresses, in a sentence",
    async () => {
      const { code, stderr } = await demo(...WITHOUT_RIGHT).ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(NOT_ALLOWED);
    },
  );

  test.runIf(works(WITHOUT_IPV6))("is refused where IPv6 is off, in a sentence", async () => {
    expect(await demo(...WITHOUT_IPV6).ended).toMatchObject({ code: 1, stderr: `${OFF}\n` });
  });
});
