import { useMemo } from "preact/hooks";
import type { Axis } from "../core/mesh/axis.ts";
import type { Grid } from "../core/mesh/grid.ts";
import { type GroupPair, groupPairs } from "../core/mesh/group-pairs.ts";
import { digits } from "../core/phrases.ts";
import { tellCounts } from "../core/mesh/tell-cells.ts";

interface GroupTableProps {
  readonly outcomes: Grid;
  readonly axis: Axis;
  readonly open: (pair: GroupPair) => void;
}

/** A table with more groups would not be readable. */
const MAX_GROUPS_SHOWN = 12;

/**
 * Groups by groups: the number of node pairs that failed between them. A click opens one in the
 * heat map.
 */
export function GroupTable({ outcomes, axis, open }: GroupTableProps) {
  const { groups } = axis;
  const isReadable = groups.length > 1 && groups.length <= MAX_GROUPS_SHOWN;
  const rows = useMemo(() => (isReadable ? groupPairs(outcomes, axis) : []), [outcomes, axis]);
  if (!isReadable) return null;
  return (
    <div class="scroll groups" tabIndex={0} role="region" aria-label="Table of groups">
      <table>
        <thead>
          <tr>
            <th scope="col">From \ to</th>
            {groups.map(({ name }) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={groups[index]!.name}>
              <th scope="row">{groups[index]!.name}</th>
              {row.map((pair) => (
                <td key={pair.to.name} class={pair.failed > 0 ? "bad" : ""}>
                  <button type="button" class="link" onClick={() => open(pair)}>
                    {tell(pair)}
                  </button>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function tell(pair: GroupPair): string {
  const told = tellCounts(pair).map(({ text }) => text);
  return told.join(", ") || `all ${digits(pair.pairs)} ok`;
}
