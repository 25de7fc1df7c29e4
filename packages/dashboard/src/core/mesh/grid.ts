/**
 * A cell for each pair of nodes, row by row. A row is an agent's node and a column is a target's
 * node, both in the order of the mesh's nodes.
 */
export interface Grid {
  readonly size: number;
  readonly cells: Uint8Array;
}
