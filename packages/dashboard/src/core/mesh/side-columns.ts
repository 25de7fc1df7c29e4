import type { Mesh, MeshPlane, Reason } from "@netchecker/contract";
import { sayCheck } from "../phrases.ts";
import { CELL_OF_LETTER, PLANNED, UNKNOWN } from "./cell.ts";
import { reasonAt } from "./tell-pair.ts";

/** What every node finds of one target that is no node: a column beside the heat map. */
export interface SideColumn {
  readonly type: "service" | "external";
  readonly label: string;
  /** By index of the node. */
  readonly cells: Uint8Array;
  readonly reasonOf: (node: number) => Reason | null;
}

/** The services and what is outside, in the order of the wire. */
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
      const letter = plane.reasons[node]?.charCodeAt(index);
      const cell = letter ? CELL_OF_LETTER[letter]! : UNKNOWN;
      return cell >= UNKNOWN && (planned ?? target.planned) !== null ? PLANNED : cell;
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
