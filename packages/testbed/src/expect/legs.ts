import { CONTROL_END, type Leg, OUTSIDE_END, type Row } from "./effect.ts";

/** The ways that a row's packets may take: all of `must`, and any of `any`, drawn anew for each connection. */
export interface Ways {
  readonly must: readonly Leg[];
  readonly any: readonly Leg[];
}

const leg = (from: string, to: string, layer: Leg["layer"], protocol: Leg["protocol"] = "tcp") => ({
  from,
  to,
  layer,
  protocol,
});

/** How a row's packets travel; `backends` are the nodes behind the service. A leg that stays on its node is none. */
export function waysOf({ type, check, from, to }: Row, backends: readonly string[]): Ways {
  const crossing = (...legs: Leg[]) => legs.filter((each) => each.from !== each.to);
  if (check === "dns") return { must: [leg(from.node, CONTROL_END, "pod", "udp")], any: [] };
  switch (type) {
    case "pod":
    case "node":
      return { must: crossing(leg(from.node, to.node!, type)), any: [] };
    case "service":
      return { must: [], any: crossing(...backends.map((node) => leg(from.node, node, "pod"))) };
    case "external":
      return { must: [leg(from.node, OUTSIDE_END, "outside")], any: [] };
  }
}

/** How a node's agent and Redis talk. */
export const reportLeg = (node: string): Leg => leg(node, CONTROL_END, "pod");

export const backwards = ({ from, to, ...rest }: Leg): Leg => ({ from: to, to: from, ...rest });
