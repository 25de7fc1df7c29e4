import type { Lab } from "../namespaces/lab.ts";
import type { LabNode } from "../namespaces/nodes/lab-node.ts";

/** The node of that name; undefined where it is gone by now, which is no error for who heals. */
export const nodeOf = (lab: Lab, name: string): LabNode | undefined =>
  lab.nodes.find((node) => node.name === name);
