import { Type } from "typebox";
import type { Leg } from "../expect/effect.ts";
import { podCidr } from "../namespaces/network/addresses.ts";
import { faultKind } from "./fault.ts";
import { NodeParameter } from "./parameters.ts";

/** Without a route of their own, packets go the default way: to a gateway that knows no pods. */
export const route = faultKind({
  summary: "the route to a peer's pods is missing on a node",
  parameters: Type.Object({ node: NodeParameter, peer: NodeParameter }),
  thing: ({ node, peer }) => `route from ${node} to ${peer}`,
  async break(lab, { node, peer }, undo) {
    const { namespace } = lab.node(node);
    const cidr = podCidr(lab.node(peer).index);
    const found = (await namespace.run(`ip route show ${cidr}\n`)).trim();
    if (found === "") return;
    undo.defer(async () => {
      if (lab.find(node) && lab.find(peer)) await namespace.run(`ip route replace ${found}\n`);
    });
    await namespace.run(`ip route del ${cidr}\n`);
  },
  // Answers to what the peer's pods begin go that way too.
  effect: ({ node, peer }) => ({
    onLeg: ({ from, to, layer }: Leg) =>
      from === node && to === peer && layer === "pod" ? { of: "all" } : null,
    findings: [{ kind: "route", nodes: [node], peers: [peer], direction: "both" }],
  }),
});
