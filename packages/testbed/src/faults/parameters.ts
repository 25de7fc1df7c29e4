import { Type } from "typebox";

export const NodeParameter = Type.String({
  pattern: "^node-[1-9][0-9]{0,2}$",
  description: "a node, such as node-3",
});
/** The parameters of kinds that take one node, and of kinds that take nothing. */
export const NODE = Type.Object({ node: NodeParameter });
export const NOTHING = Type.Object({});

export const DirectionParameter = Type.Enum(["in", "out", "both"] as const, {
  default: "both",
  description: "in: what others begin towards it. out: what it begins. both: every packet.",
});
export const RejectParameter = Type.Enum(["no", "icmp", "reset"] as const, {
  default: "no",
  description:
    "no: dropped without a word. icmp: refused as administratively prohibited. reset: refused with a TCP reset.",
});
export type Reject = "no" | "icmp" | "reset";

export const cpuParameter = (defaultMillis: number) =>
  Type.Integer({
    minimum: 1,
    maximum: 1_000,
    default: defaultMillis,
    description: "thousandths of a core that it has",
  });
