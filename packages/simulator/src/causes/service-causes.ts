import { expecting } from "../expectation.ts";
import type { DnsState, ProxyState } from "../world.ts";
import { lossForOneCell, type SimulatedCause } from "./cause.ts";

function clusterIp(variant: string, state: ProxyState): SimulatedCause {
  return {
    name: "cluster-ip",
    variant,
    breakIt(site) {
      const nodes = site.claim("dns", "service") && site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) site.world.clusterIps[node] = state;
      return nodes.map((node) => expecting(site.form("cluster-ip", [node], "out")));
    },
  };
}

/** kube-proxy follows no more: it knows only backends that are gone. Its rules for DNS are still right. */
const staleRules: SimulatedCause = {
  name: "cluster-ip",
  variant: "its rules are stale",
  mostLoss: (nodes) => lossForOneCell(nodes) / 3,
  breakIt(site) {
    const nodes = site.claim("service") && site.takeNodes(2);
    if (!nodes) return null;
    for (const node of nodes) site.world.staleBackends.set(node, [{ node: null }, { node: null }]);
    return nodes.map((node) => expecting(site.form("cluster-ip", [node], "out")));
  },
};

function nodePort(variant: string, state: ProxyState): SimulatedCause {
  return {
    name: "node-port",
    variant,
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) site.world.nodePorts[node] = state;
      return nodes.map((node) => expecting(site.form("node-port", [node], "in")));
    },
  };
}

/** The selector fits no pod any more: no ClusterIP, no NodePort, while every pod answers. */
const noBackends: SimulatedCause = {
  name: "service-backend",
  variant: "the service has no backends",
  breakIt(site) {
    if (!site.claim("service")) return null;
    site.world.listed.fill(0);
    return [expecting(site.form("service-backend", []))];
  },
};

/** So many that a share of all connections that can be told from chance meets one. */
const goneBackends: SimulatedCause = {
  name: "service-backend",
  variant: "half or more of its addresses are gone",
  breakIt(site) {
    if (!site.claim("service")) return null;
    const share = site.random.between(0.5, 0.9);
    site.world.backendsGone = Math.ceil((site.size * share) / (1 - share));
    return [expecting(site.form("service-backend", []))];
  },
};

function noPong(variant: string, problem: string | null): SimulatedCause {
  return {
    name: "service-backend",
    variant: `node: ${variant}`,
    breakIt(site) {
      const nodes = site.takeNodes(2);
      if (!nodes) return null;
      for (const node of nodes) {
        const { pong } = site.cluster.nodes[node]!;
        site.world.listed[node] = 0;
        if (problem === null) site.shown.absentPods.add(pong);
        else site.shown.pods.set(pong, { ready: false, everReady: false, ips: [], problem });
      }
      // A pod that is not there is a missing process and a missing backend in one.
      return nodes.map((node) =>
        expecting(site.form("service-backend", [node]), site.form("pong", [node])),
      );
    },
  };
}

function dnsOfNode(state: DnsState): SimulatedCause {
  return {
    name: state === "wrong" ? "dns-answer" : "dns",
    variant: `node: ${state}`,
    mostLoss: lossForOneCell,
    breakIt(site) {
      if (!site.claim("dns")) return null;
      if (state !== "wrong" && !site.claim("external")) return null;
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) site.world.resolvers[node] = state;
      const kind = state === "wrong" ? "dns-answer" : "dns";
      return nodes.map((node) => expecting(site.form(kind, [node])));
    },
  };
}

function dnsEverywhere(state: DnsState, servers: "all" | "one"): SimulatedCause {
  const kind = state === "wrong" ? "dns-answer" : "dns";
  return {
    name: kind,
    variant: `everywhere: ${servers} of two servers: ${state}`,
    minNodes: servers === "one" ? 12 : 5,
    breakIt(site) {
      if (!site.claim("dns", "external")) return null;
      const { dnsServers } = site.world;
      dnsServers[0] = state;
      if (servers === "all") dnsServers.fill(state);
      const form = site.form(kind, []);
      // That there is no such name is no answer, and a wrong one.
      return [
        state === "nxdomain" ? expecting(form, { ...form, kind: "dns-answer" }) : expecting(form),
      ];
    },
  };
}

export const SERVICE_CAUSES: readonly SimulatedCause[] = [
  clusterIp("dropped", "drops"),
  clusterIp("refused", "refuses"),
  clusterIp("no route", "no-route"),
  staleRules,
  nodePort("dropped", "drops"),
  nodePort("refused", "refuses"),
  noBackends,
  goneBackends,
  noPong("no pong pod", null),
  noPong("its pong has no image", "ImagePullBackOff: Back-off pulling image"),
  dnsOfNode("dead"),
  dnsOfNode("refuses"),
  dnsOfNode("servfail"),
  dnsOfNode("wrong"),
  dnsEverywhere("dead", "all"),
  dnsEverywhere("servfail", "all"),
  dnsEverywhere("nxdomain", "all"),
  dnsEverywhere("dead", "one"),
  dnsEverywhere("wrong", "all"),
  dnsEverywhere("wrong", "one"),
];
