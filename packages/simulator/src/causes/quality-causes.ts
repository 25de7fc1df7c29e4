import { expecting } from "../expectation.ts";
import type { Effect } from "../packet.ts";
import type { Random } from "../random.ts";
import type { Site } from "../site.ts";
import type { SimulatedCause } from "./cause.ts";

/** Of a pair there are six probes: in a larger or lossier mesh chance makes pairs that look alike. */
const MOST_NODES_FOR_A_PAIR = 100;
const MOST_LOSS_FOR_A_PAIR = 0.001;

/** Against what was usual, rounds of history are needed; they cost as much as rounds do. */
const MOST_NODES_WITH_HISTORY = 150;

function lossyNode(name: "packet-loss" | "slow", draw: Draw): SimulatedCause {
  return {
    name,
    variant: "node",
    ...(name === "slow" && { needsHistory: true, maxNodes: MOST_NODES_WITH_HISTORY }),
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes || !site.mayLoseDns(nodes, "everywhere")) return null;
      for (const node of nodes) {
        const effect = draw(site.random, "node", site);
        site.rule("everywhere", [node], effect);
        site.rule([node], "everywhere", effect);
      }
      return nodes.map((node) => expecting(site.form(name, [node])));
    },
  };
}

function lossyPair(name: "packet-loss" | "slow", draw: Draw): SimulatedCause {
  return {
    name,
    variant: "pair",
    minNodes: 6,
    maxNodes: MOST_NODES_FOR_A_PAIR,
    mostLoss: () => MOST_LOSS_FOR_A_PAIR,
    ...(name === "slow" && { needsHistory: true }),
    breakIt(site) {
      const pair = site.takePair();
      if (!pair || !site.mayLoseDns(pair, pair)) return null;
      const [a, b] = pair;
      const effect = draw(site.random, "pair", site);
      site.rule([a], [b], effect);
      site.rule([b], [a], effect);
      return [expecting(site.form(name, [a], null, [b]))];
    },
  };
}

type Draw = (random: Random, of: "node" | "pair", site: Site) => Effect;

/** Each packet for itself. */
const lose: Draw = (random, of) => ({
  does: "lose",
  share: of === "node" ? random.between(0.12, 0.3) : random.between(0.35, 0.5),
});

/** One way; well above the longest path of the cluster. */
const delay: Draw = (random, _of, { cluster }) => {
  const longest = Math.max(...cluster.zoneRttUs.flat());
  return { does: "delay", us: random.logBetween(3 * longest + 2_000, 60_000) };
};

export const QUALITY_CAUSES: readonly SimulatedCause[] = [
  lossyNode("packet-loss", lose),
  lossyPair("packet-loss", lose),
  lossyNode("slow", delay),
  lossyPair("slow", delay),
];
