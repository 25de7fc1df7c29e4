/** A cell for each pair of nodes: row by row, sources by destinations, in the order of the mesh's nodes. */
export interface Grid {
  readonly size: number;
  readonly cells: Uint8Array;
}
