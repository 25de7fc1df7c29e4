import type { Direction } from "@netchecker/contract";
import { expecting } from "../expectation.ts";
import type { Effect, Plane } from "../packet.ts";
import type { Site } from "../site.ts";
import type { SimulatedCause } from "./cause.ts";

const DROP: Effect = { does: "drop" };
const REFUSE: Effect = { does: "reject", as: "refused" };
const UNREACHABLE: Effect = { does: "reject", as: "unreachable" };

/** Around one node, on the planes that pass its uplink. */
function around(
  site: Site,
  node: number,
  direction: Direction,
  effect: Effect,
  with_: { plane: Plane | "all"; only: "opens" | "everything" | "asks" },
): void {
  // Between pods there is no way outside: that is the node's own network.
  const others = with_.plane === "pod" ? "nodes" : "everywhere";
  if (direction !== "out") site.rule(others, [node], effect, with_);
  if (direction !== "in") site.rule([node], others, effect, with_);
}

function nodeDown(variant: string, arpTells: boolean): SimulatedCause {
  return {
    name: "node-down",
    variant,
    breakIt(site) {
      const nodes = site.takeNodes(3, { spareRedis: true });
      if (!nodes || !site.mayLoseDns(nodes, "everywhere")) return null;
      for (const node of nodes) {
        site.world.down[node] = 1;
        site.world.arpTells[node] = Number(arpTells);
      }
      return nodes.map((node) => expecting(site.form("node-down", [node], "both")));
    },
  };
}

/** A stateful filter: old connections live on, so the agent still reports. */
function filtered(
  name: "node-cut-off" | "pod-network",
  direction: Direction,
  plane: Plane | "all",
): SimulatedCause {
  return {
    name,
    variant: `${direction}: new connections are dropped`,
    breakIt(site) {
      const nodes = site.takeNodes();
      if (!nodes || (direction !== "out" && !site.mayLoseDns(nodes, "everywhere"))) return null;
      for (const node of nodes) around(site, node, direction, DROP, { plane, only: "opens" });
      return nodes.map((node) => expecting(site.form(name, [node], direction)));
    },
  };
}

/** All packets of one way are lost: no connection works either way, and the agent falls silent. */
function lost(
  name: "node-cut-off" | "pod-network",
  way: Direction,
  plane: Plane | "all",
): SimulatedCause {
  return {
    name,
    variant: `packets ${way} are lost`,
    breakIt(site) {
      const nodes = site.takeNodes(3, { spareRedis: true });
      if (!nodes || !site.mayLoseDns(nodes, "everywhere")) return null;
      for (const node of nodes) around(site, node, way, DROP, { plane, only: "everything" });
      return nodes.map((node) => {
        const form = site.form(name, [node], "both");
        // Nothing is heard of it and nothing answers: the same as a node that is down.
        return name === "node-cut-off"
          ? expecting(site.form("node-down", [node], "both"), { ...form, names: ["node-down"] })
          : expecting(form);
      });
    },
  };
}

const detached: SimulatedCause = {
  name: "pod-network",
  variant: "its pods' interfaces are dead",
  breakIt(site) {
    const nodes = site.takeNodes(3, { spareRedis: true });
    if (!nodes || !site.mayLoseDns(nodes, "everywhere")) return null;
    for (const node of nodes) site.world.detached[node] = 1;
    return nodes.map((node) => expecting(site.form("pod-network", [node], "both")));
  },
};

function rejects(
  variant: string,
  direction: Direction,
  effect: Effect,
  { plane, only }: { plane: Plane | "all"; only: "opens" | "everything" | "asks" },
): SimulatedCause {
  return {
    name: "firewall",
    variant: `node, ${direction}: ${variant}`,
    breakIt(site) {
      const nodes = site.takeNodes(3, { spareRedis: only === "everything" });
      if (!nodes || (direction !== "out" && !site.mayLoseDns(nodes, "everywhere"))) return null;
      for (const node of nodes) around(site, node, direction, effect, { plane, only });
      return nodes.map((node) => {
        const form = site.form("firewall", [node], direction);
        // A silent agent cannot tell of its own tries.
        return only === "everything"
          ? expecting(form, { ...form, direction: "in" })
          : expecting(form);
      });
    },
  };
}

export const NODE_CAUSES: readonly SimulatedCause[] = [
  nodeDown("silence", false),
  nodeDown("neighbours are told (ARP)", true),
  filtered("node-cut-off", "in", "all"),
  filtered("node-cut-off", "out", "all"),
  filtered("node-cut-off", "both", "all"),
  lost("node-cut-off", "in", "all"),
  lost("node-cut-off", "both", "all"),
  filtered("pod-network", "in", "pod"),
  filtered("pod-network", "out", "pod"),
  filtered("pod-network", "both", "pod"),
  lost("pod-network", "in", "pod"),
  lost("pod-network", "out", "pod"),
  lost("pod-network", "both", "pod"),
  detached,
  rejects("refuses new connections", "in", REFUSE, { plane: "all", only: "opens" }),
  rejects("refuses new connections", "out", REFUSE, { plane: "all", only: "opens" }),
  rejects("refuses new connections", "both", REFUSE, { plane: "all", only: "opens" }),
  rejects("prohibits new connections", "in", UNREACHABLE, { plane: "all", only: "opens" }),
  rejects("prohibits new connections", "out", UNREACHABLE, { plane: "all", only: "opens" }),
  rejects("refuses every packet", "both", REFUSE, { plane: "all", only: "everything" }),
  rejects("refuses new connections of pods", "in", REFUSE, { plane: "pod", only: "opens" }),
  rejects("refuses new connections of pods", "out", REFUSE, { plane: "pod", only: "opens" }),
  rejects(
    "resets pods' requests",
    "in",
    { does: "reject", as: "reset" },
    {
      plane: "pod",
      only: "asks",
    },
  ),
];
