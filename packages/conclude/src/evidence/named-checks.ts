import type { Check } from "@netchecker/contract";
import { MESH_CHECKS } from "./mesh-planes.ts";

/** The checks that rules name. A check that is not here is judged by causes/other-checks.ts. */
const NAMED_CHECKS: ReadonlySet<Check> = new Set([
  ...MESH_CHECKS,
  "clusterip",
  "dns",
  "connect",
  "http",
]);

export function isNamed(check: Check): boolean {
  return NAMED_CHECKS.has(check);
}

export function isOther(check: Check): check is Check {
  return !NAMED_CHECKS.has(check);
}
