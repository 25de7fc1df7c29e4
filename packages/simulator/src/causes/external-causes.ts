import { expecting, type Expected } from "../expectation.ts";
import type { Effect } from "../packet.ts";
import type { Site } from "../site.ts";
import type { ExternalState } from "../world.ts";
import { lossForOneCell, type SimulatedCause } from "./cause.ts";

/** With one target only, that it is gone and that no way leads out look the same. */
function everythingOutside(site: Site, kind: "egress" | "firewall"): Expected {
  const form = site.form(kind, [], "out");
  return kind === "firewall"
    ? expecting(form, { ...form, kind: "egress", names: ["firewall"] })
    : expecting(form);
}

function ofNode(kind: "egress" | "firewall", variant: string, effect: Effect): SimulatedCause {
  return {
    name: kind,
    variant: `${kind === "firewall" ? "outside, " : ""}node: ${variant}`,
    mostLoss: lossForOneCell,
    breakIt(site) {
      if (site.cluster.externals.length === 0 || !site.claim("external")) return null;
      const nodes = site.takeNodes();
      if (!nodes) return null;
      for (const node of nodes) site.rule([node], "outside", effect);
      return nodes.map((node) => expecting(site.form(kind, [node], "out")));
    },
  };
}

function everywhere(
  kind: "egress" | "firewall",
  variant: string,
  effect: Effect,
  namesToo = false,
): SimulatedCause {
  return {
    name: kind,
    variant: `${kind === "firewall" ? "outside, " : ""}everywhere: ${variant}`,
    breakIt(site) {
      if (site.cluster.externals.length < 2 || !site.claim("external")) return null;
      site.rule("nodes", "outside", effect);
      if (namesToo) site.world.externals.fill("no-upstream");
      return [everythingOutside(site, kind)];
    },
  };
}

function oneTarget(variant: string, state: ExternalState): SimulatedCause {
  return {
    name: "external-target",
    variant,
    breakIt(site) {
      const { externals } = site.cluster;
      const fitting = [...externals.keys()].filter(
        (index) =>
          (state !== "no-name" || !/^\d/.test(externals[index]!)) &&
          (state !== "status" || externals[index]!.includes("://")),
      );
      if (fitting.length === 0 || !site.claim("external")) return null;
      const index = site.random.pick(fitting);
      site.world.externals[index] = state;
      const form = { ...site.form("external-target", [], "out"), target: externals[index]! };
      const lone = externals.length === 1;
      const egress = site.form("egress", [], "out");
      const firewall = site.form("firewall", [], "out");
      if (lone && state === "silent")
        return [
          expecting({ ...form, names: ["egress"] }, { ...egress, names: ["external-target"] }),
        ];
      if (lone && state === "refuses")
        return [expecting(form, { ...firewall, names: ["external-target"] })];
      return [expecting(form)];
    },
  };
}

export const EXTERNAL_CAUSES: readonly SimulatedCause[] = [
  ofNode("egress", "dropped", { does: "drop" }),
  ofNode("egress", "no route", { does: "reject", as: "no-route" }),
  everywhere("egress", "dropped", { does: "drop" }),
  everywhere("egress", "dropped, and names are not found", { does: "drop" }, true),
  everywhere("egress", "no route", { does: "reject", as: "no-route" }),
  ofNode("firewall", "refused", { does: "reject", as: "refused" }),
  ofNode("firewall", "prohibited", { does: "reject", as: "unreachable" }),
  everywhere("firewall", "refused", { does: "reject", as: "refused" }),
  everywhere("firewall", "prohibited", { does: "reject", as: "unreachable" }),
  oneTarget("silent", "silent"),
  oneTarget("refuses", "refuses"),
  oneTarget("bad status", "status"),
  oneTarget("its name is gone", "no-name"),
];
