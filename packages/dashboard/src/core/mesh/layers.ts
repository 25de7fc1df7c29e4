import type { Check, Mesh, MeshPlane } from "@netchecker/contract";

/** The layers between nodes. `worst` means all of them, of which the worst is shown. */
export type Layer = "worst" | Extract<Check, "echo" | "tcp" | "nodeport">;
type Family = "both" | "IPv4" | "IPv6";

export interface Choice {
  readonly layer: Layer;
  readonly family: Family;
}

const isBetweenNodes = ({ type }: MeshPlane) => type === "pod" || type === "node";

/** The layers of a mesh, in the order of the wire. */
export function layersOf({ planes }: Mesh): Layer[] {
  const checks = planes.filter(isBetweenNodes).map(({ check }) => check as Layer);
  return ["worst", ...new Set(checks)];
}

/** The address families of a mesh. The reader can choose if there are two. */
export function familiesOf({ planes }: Mesh): ("IPv4" | "IPv6")[] {
  const families = planes.filter(isBetweenNodes).flatMap(({ family }) => family ?? []);
  return [...new Set(families)].sort();
}

/**
 * The planes between nodes that match a choice. A plane without a family has targets without an
 * address and matches every family.
 */
export function planesOf({ planes }: Mesh, { layer, family }: Choice): MeshPlane[] {
  return planes.filter(
    (plane) =>
      isBetweenNodes(plane) &&
      (layer === "worst" || plane.check === layer) &&
      (family === "both" || plane.family === null || plane.family === family),
  );
}
