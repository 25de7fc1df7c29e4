import type { Direction } from "@netchecker/contract";
import { type Expected, expecting, type Form } from "../expectation.ts";
import { drawGroups } from "../groups.ts";
import type { Site } from "../site.ts";
import type { SimulatedCause } from "./cause.ts";

/** Large packets of the pod network are lost between some nodes and others. */
function shrink(
  site: Site,
  nodes: readonly number[],
  peers: readonly number[] | "nodes",
  direction: Direction,
): void {
  const large = { plane: "pod", only: "large" } as const;
  if (direction !== "in") site.rule(nodes, peers, { does: "drop" }, large);
  if (direction !== "out") site.rule(peers, nodes, { does: "drop" }, large);
}

/**
 * Lists and reports are large in a large cluster: who sits behind the hole falls silent. What others
 * send it then fails before what it would send back could.
 */
function holes(
  site: Site,
  nodes: readonly number[],
  peers: readonly number[],
  direction: Direction,
  silent: "nodes" | "peers" | "none",
): Expected {
  const form = site.form("mtu", nodes, direction, peers);
  const hides: Direction = silent === "nodes" ? "in" : "out";
  const other: Form = { ...form, direction: direction === "both" ? hides : "both" };
  return silent === "none" || (direction !== "both" && direction !== hides)
    ? expecting(form)
    : expecting(form, other);
}

function ofNode(direction: Direction): SimulatedCause {
  return {
    name: "mtu",
    variant: `node, ${direction}`,
    breakIt(site) {
      const nodes = site.takeNodes(3, { spareRedis: true });
      if (!nodes) return null;
      for (const node of nodes) shrink(site, [node], "nodes", direction);
      return nodes.map((node) =>
        holes(site, [node], [], direction, site.reports(node) === "all" ? "none" : "nodes"),
      );
    },
  };
}

function ofPair(direction: "out" | "both"): SimulatedCause {
  return {
    name: "mtu",
    variant: `pair, ${direction}`,
    minNodes: 6,
    breakIt(site) {
      const pair = site.takePair();
      if (!pair) return null;
      const [a, b] = direction === "both" || site.random.chance(0.5) ? pair : pair.toReversed();
      shrink(site, [a!], [b!], direction);
      return [expecting(site.form("mtu", [a!], direction, [b!]))];
    },
  };
}

function ofGroups(direction: Direction): SimulatedCause {
  return {
    name: "mtu",
    variant: `groups, ${direction}`,
    parts: true,
    breakIt(site) {
      const drawn = drawGroups(site);
      if (!drawn || !site.claim("groups")) return null;
      const { nodes, peers, named } = drawn;
      shrink(site, nodes, peers, direction);
      site.divide(nodes, peers);
      const silent = (of: readonly number[]) => of.some((node) => site.reports(node) !== "all");
      const side = silent(nodes) ? "nodes" : silent(peers) ? "peers" : "none";
      if (side !== "none" && !named) return null;
      site.full = side !== "none";
      return [holes(site, nodes, peers, direction, side)];
    },
  };
}

export const MTU_CAUSES: readonly SimulatedCause[] = [
  ofNode("in"),
  ofNode("out"),
  ofNode("both"),
  ofPair("out"),
  ofPair("both"),
  ofGroups("in"),
  ofGroups("out"),
  ofGroups("both"),
];
