import type { Mesh } from "@netchecker/contract";
import { isFailed, NOT_KEPT, OK, PLANNED, STARTING } from "../core/mesh/cell.ts";
import type { Grid } from "../core/mesh/grid.ts";
import { linkTo } from "../store/route.ts";
import { useSignal } from "@preact/signals";

/** Nobody reads a table of more pairs. */
const MAX_NODES_SHOWN = 20;

/** Every pair of a small mesh, in words. */
export function FullTable({ mesh: { nodes }, outcomes }: { mesh: Mesh; outcomes: Grid }) {
  const open = useSignal(false);
  if (nodes.length > MAX_NODES_SHOWN) return null;
  return (
    <details
      class="tables"
      open={open.value}
      onToggle={({ currentTarget }) => (open.value = currentTarget.open)}
    >
      <summary>Every pair as a table</summary>
      {open.value && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Table of pairs">
          <table>
            <thead>
              <tr>
                <th scope="col">From \ to</th>
                {nodes.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {nodes.map(({ name: from }, row) => (
                <tr key={from}>
                  <th scope="row">{from}</th>
                  {nodes.map(({ name: to }, column) => {
                    const cell = outcomes.cells[row * outcomes.size + column]!;
                    return (
                      <td key={to} class={isFailed(cell) ? "bad" : ""}>
                        <a href={linkTo({ at: "pair", from, to })}>{sayCell(cell)}</a>
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}

function sayCell(cell: number): string {
  if (isFailed(cell)) return "failed";
  if (cell === OK) return "ok";
  if (cell === NOT_KEPT) return "not kept";
  if (cell === PLANNED) return "planned";
  return cell === STARTING ? "not measured: starting" : "not measured";
}
