import type { Check, Mesh } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { groupingsOf } from "../core/mesh/axis.ts";
import { type NodeRow, nodeRows, type Tally, totalOf } from "../core/mesh/node-rows.ts";
import { count, sayCheck, sayPlanned, sayMissing } from "../core/phrases.ts";
import { nodeLink } from "../store/route.ts";

const ROWS_PER_PAGE = 100;

/**
 * One row per node: its agent, what it reaches, who reaches it. This is the mesh without a picture.
 */
export function NodeTable({ mesh }: { mesh: Mesh }) {
  const open = useSignal(mesh.nodes.length <= 8);
  return (
    <details
      class="tables"
      open={open.value}
      onToggle={({ currentTarget }) => (open.value = currentTarget.open)}
    >
      <summary>{count(mesh.nodes.length, "node")} as a table</summary>
      {open.value && <Rows mesh={mesh} />}
    </details>
  );
}

function Rows({ mesh }: { mesh: Mesh }) {
  const search = useSignal("");
  const rowsShown = useSignal(ROWS_PER_PAGE);
  const rows = useMemo(
    () => nodeRows(mesh).sort((a, b) => b.failed - a.failed || b.unknown - a.unknown),
    [mesh],
  );
  const checks = [...new Set(mesh.planes.map(({ check }) => check))];
  const between = checks.filter(
    (check) => check === "echo" || check === "tcp" || check === "nodeport",
  );
  const zoned = groupingsOf(mesh.nodes).length > 1;
  const found = rows.filter(({ node }) => node.name.includes(search.value));
  return (
    <>
      {rows.length > 12 && (
        <label class="search">
          Find a node
          <input
            type="search"
            value={search.value}
            onInput={({ currentTarget }) => (search.value = currentTarget.value)}
          />
        </label>
      )}
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of nodes">
        <table>
          <thead>
            <tr>
              <th scope="col" rowSpan={2}>
                Node
              </th>
              {zoned && (
                <th scope="col" rowSpan={2}>
                  Zone, pool
                </th>
              )}
              <th scope="col" rowSpan={2}>
                Agent
              </th>
              <th scope="colgroup" colSpan={checks.length}>
                It reaches
              </th>
              <th scope="colgroup" colSpan={between.length}>
                Reached by others
              </th>
            </tr>
            <tr>
              {checks.map((check) => (
                <th key={check} scope="col">
                  {sayCheck(check)}
                </th>
              ))}
              {between.map((check) => (
                <th key={`to ${check}`} scope="col">
                  {sayCheck(check)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {found.slice(0, rowsShown.value).map((row) => (
              <Row key={row.node.name} row={row} checks={checks} between={between} zoned={zoned} />
            ))}
          </tbody>
        </table>
      </div>
      {found.length > rowsShown.value && (
        <button type="button" class="more" onClick={() => (rowsShown.value += ROWS_PER_PAGE)}>
          Show {Math.min(ROWS_PER_PAGE, found.length - rowsShown.value)} more of {found.length}
        </button>
      )}
      {found.length === 0 && <p class="quiet">No node is named like “{search.value}”.</p>}
    </>
  );
}

interface RowProps {
  readonly row: NodeRow;
  readonly checks: readonly Check[];
  readonly between: readonly Check[];
  readonly zoned: boolean;
}

function Row({ row: { node, from, to }, checks, between, zoned }: RowProps) {
  const agent = node.planned
    ? sayPlanned(node.planned)
    : node.missing
      ? sayMissing(node.missing)
      : node.starved
        ? "starved of CPU"
        : "reported";
  return (
    <tr>
      <th scope="row">
        <a href={nodeLink(node.name)}>{node.name}</a>
      </th>
      {zoned && <td>{[node.zone, node.pool].filter(Boolean).join(", ") || "–"}</td>}
      <td class={agent === "reported" ? "agent" : "agent unknown"}>{agent}</td>
      {checks.map((check) => (
        <TallyCell key={check} tally={from.get(check)} />
      ))}
      {between.map((check) => (
        <TallyCell key={`to ${check}`} tally={to.get(check)} />
      ))}
    </tr>
  );
}

/** "46/47", and the rest in words. */
export function TallyCell({ tally }: { tally: Tally | undefined }) {
  if (!tally || totalOf(tally) === 0) return <td class="number">–</td>;
  const { ok, failed, unknown, planned } = tally;
  const rest = [
    failed > 0 ? `${failed} failed` : "",
    unknown > 0 ? `${unknown} not measured` : "",
    planned > 0 ? `${planned} planned` : "",
  ].filter(Boolean);
  return (
    <td class={failed > 0 ? "number bad" : unknown > 0 ? "number unknown" : "number"}>
      {ok}/{totalOf(tally)}
      {rest.length > 0 && <small>{rest.join(", ")}</small>}
    </td>
  );
}
