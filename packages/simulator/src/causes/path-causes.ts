import type { Direction } from "@netchecker/contract";
import { expecting } from "../expectation.ts";
import { drawGroups } from "../groups.ts";
import type { Effect, Plane } from "../packet.ts";
import { lossForTwoCells, type SimulatedCause } from "./cause.ts";

const DROP: Effect = { does: "drop" };

interface Way {
  readonly effect: Effect;
  readonly plane: Plane | "all";
  readonly only: "opens" | "everything";
}

/** Between two nodes. One way: only a stateful filter's, and on the nodes' network too, or one failed cell were all to see. */
function pair(
  name: "route" | "firewall",
  variant: string,
  direction: "out" | "both",
  { effect, plane, only }: Way,
): SimulatedCause {
  return {
    name,
    variant: `pair, ${direction}: ${variant}`,
    minNodes: 6,
    // Between pods it fails two probes; in a large and lossy mesh chance does so to other pairs.
    ...(plane === "pod" && { mostLoss: lossForTwoCells }),
    breakIt(site) {
      const taken = site.takePair();
      if (!taken || !site.mayLoseDns(taken, taken)) return null;
      const [a, b] = site.random.chance(0.5) || direction === "both" ? taken : taken.toReversed();
      const oneWay = direction === "out" || (only === "everything" && site.random.chance(0.5));
      site.rule([a!], [b!], effect, { plane, only });
      if (!oneWay) site.rule([b!], [a!], effect, { plane, only });
      return [expecting(site.form(name, [a!], direction, [b!]))];
    },
  };
}

/** Between two groups. Packets lost one way break new connections both ways, and part one group from Redis. */
function groups(
  name: "partition" | "firewall",
  variant: string,
  direction: Direction,
  { effect, plane, only }: Way,
): SimulatedCause {
  return {
    name,
    variant: `groups, ${direction}: ${variant}`,
    parts: true,
    breakIt(site) {
      const drawn = drawGroups(site);
      if (!drawn || !site.claim("groups")) return null;
      const { nodes, peers, named } = drawn;
      if (direction !== "in") site.rule(nodes, peers, effect, { plane, only });
      if (direction !== "out") site.rule(peers, nodes, effect, { plane, only });
      site.divide(nodes, peers);
      const silent = [...nodes, ...peers].some((node) => site.reports(node) === "none");
      // Nodes without a name in common that all fall silent may as well all be down.
      if (silent && !named) return null;
      site.full = silent;
      if (!site.mayLoseDns([...nodes, ...peers], [...nodes, ...peers])) return null;
      if (only === "opens") return [expecting(site.form(name, nodes, direction, peers))];
      // The side of which nothing is heard stands first.
      const othersAreSilent = peers.every((node) => site.reports(node) === "none");
      const [first, second] = othersAreSilent ? [peers, nodes] : [nodes, peers];
      return [expecting(site.form(name, first, "both", second))];
    },
  };
}

const filter = (plane: Plane | "all" = "all"): Way => ({ effect: DROP, plane, only: "opens" });
const loss = (plane: Plane | "all" = "all"): Way => ({ effect: DROP, plane, only: "everything" });
const reject = (as: "refused" | "unreachable"): Way => ({
  effect: { does: "reject", as },
  plane: "all",
  only: "opens",
});

export const PATH_CAUSES: readonly SimulatedCause[] = [
  pair("route", "new connections are dropped", "out", filter()),
  pair("route", "new connections are dropped", "both", filter()),
  pair("route", "packets are lost, one way or both", "both", loss()),
  pair("route", "packets between pods are lost, one way or both", "both", loss("pod")),
  pair("firewall", "refused", "out", reject("refused")),
  pair("firewall", "refused", "both", reject("refused")),
  pair("firewall", "prohibited", "out", reject("unreachable")),
  groups("partition", "new connections are dropped", "out", filter()),
  groups("partition", "new connections are dropped", "in", filter()),
  groups("partition", "new connections are dropped", "both", filter()),
  groups("partition", "new connections of pods are dropped", "both", filter("pod")),
  groups("partition", "packets are lost", "both", loss()),
  groups("partition", "packets of pods are lost", "both", loss("pod")),
  groups("firewall", "refused", "out", reject("refused")),
  groups("firewall", "refused", "in", reject("refused")),
  groups("firewall", "prohibited", "both", reject("unreachable")),
];
