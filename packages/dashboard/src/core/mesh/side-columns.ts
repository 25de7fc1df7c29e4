import type { Mesh, MeshPlane, Reason } from "@netchecker/contract";
import { sayCheck } from "../phrases.ts";
import { cellsByLetter, NO_LETTER } from "./cells-by-letter.ts";
import { reasonAt } from "./tell-pair.ts";

/**
 * The outcomes of every node for one target that is not a node. It is a column beside the heat map.
 */
export interface SideColumn {
  readonly type: "service" | "external";
  readonly label: string;
  /** By index of the node. */
  readonly cells: Uint8Array;
  readonly reasonOf: (node: number) => Reason | null;
}

/** The services and the external targets, in the order of the wire. */
export function sideColumnsOf(mesh: Mesh): SideColumn[] {
  return mesh.planes.flatMap((plane) =>
    plane.type === "service" || plane.type === "external" ? columnsOf(mesh, plane, plane.type) : [],
  );
}

function columnsOf({ nodes }: Mesh, plane: MeshPlane, type: SideColumn["type"]): SideColumn[] {
  return plane.targets.map((target, index) => ({
    type,
    label: labelOf(plane, target),
    cells: Uint8Array.from(nodes, ({ planned }, node) => {
      const letters = plane.reasons[node] ?? "";
      const letter = index < letters.length ? letters.charCodeAt(index) : NO_LETTER;
      return cellsByLetter(planned, target.planned)[letter]!;
    }),
    reasonOf: (node) => reasonAt(plane, node, index),
  }));
}

function labelOf({ type, check, family }: MeshPlane, target: MeshPlane["targets"][number]): string {
  if (type === "external")
    return (target.name ?? target.address ?? "").replace(/^https?:\/\/([^/]*).*$/, "$1");
  const port = check === "clusterip" ? (/:\d+$/.exec(target.address ?? "")?.[0] ?? "") : "";
  return `${sayCheck(check)}${port}${family === "IPv6" ? " v6" : ""}`;
}
