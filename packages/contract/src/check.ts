import { type Static, Type } from "typebox";

/** The types of targets: a pong pod, a node, the pong service, something outside the cluster. */
export const TARGET_TYPES = ["pod", "node", "service", "external"] as const;
export type TargetType = (typeof TARGET_TYPES)[number];
export const TargetTypeSchema = Type.Enum(TARGET_TYPES);

/** The checks of each type. One entry of a target list is one check of one address. */
export const CHECKS = {
  pod: ["echo"],
  node: ["tcp", "nodeport"],
  service: ["clusterip", "dns"],
  external: ["connect", "http"],
} as const satisfies Record<TargetType, readonly string[]>;

export const CheckSchema = Type.Enum([
  "echo",
  "tcp",
  "nodeport",
  "clusterip",
  "dns",
  "connect",
  "http",
] as const);
export type Check = Static<typeof CheckSchema>;

/** Whether a check belongs to a type. For example, `("node", "dns")` gives false. */
export function isCheckOf(type: TargetType, check: Check): boolean {
  return (CHECKS[type] as readonly string[]).includes(check);
}
