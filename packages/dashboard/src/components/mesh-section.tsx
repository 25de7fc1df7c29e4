import type { Mesh } from "@netchecker/contract";
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { axisOf, bestGrouping, type Grouping, groupingsOf } from "../core/mesh/axis.ts";
import { familiesOf, type Layer, layersOf, planesOf } from "../core/mesh/layers.ts";
import type { GroupPair } from "../core/mesh/group-pairs.ts";
import { readAttempts, readLatencies } from "../core/mesh/read-values.ts";
import { readOutcomes } from "../core/mesh/read-outcomes.ts";
import { sideColumnsOf } from "../core/mesh/side-columns.ts";
import { sayCheck } from "../core/phrases.ts";
import { meshLoading } from "../store/mesh.ts";
import { choice, grouping, view, type View } from "../store/view.ts";
import { Choices } from "./choices.tsx";
import { FullTable } from "./full-table.tsx";
import { GroupTable } from "./group-table.tsx";
import { HeatMap } from "./heat-map/heat-map.tsx";
import { Legend } from "./legend.tsx";
import { NodeTable } from "./node-table.tsx";

const VIEWS: readonly (readonly [View, string])[] = [
  ["outcome", "Outcome"],
  ["latency", "Latency"],
  ["attempts", "Attempts"],
];

const GROUPINGS: Record<Grouping, string> = { none: "no groups", zone: "zone", pool: "pool" };

/** The mesh: as a heat map with its options, and as tables. */
export function MeshSection({ mesh }: { mesh: Mesh }) {
  const by = grouping.value ?? bestGrouping(mesh.nodes);
  const names = mesh.nodes.map(({ name, zone, pool }) => `${name}/${zone}/${pool}`).join(" ");
  // The axis stays the same object while the nodes are the same, so that the zoom stays.
  const axis = useMemo(() => axisOf(mesh.nodes, by), [names, by]);
  const sides = useMemo(() => sideColumnsOf(mesh), [mesh]);
  const outcomes = useMemo(
    () => readOutcomes(mesh, planesOf(mesh, choice.value)),
    [mesh, choice.value],
  );
  const latencies = useMemo(
    () =>
      view.value === "latency" ? readLatencies(mesh, planesOf(mesh, choice.value), outcomes) : null,
    [mesh, outcomes, view.value],
  );
  const grid = useMemo(() => {
    if (view.value === "latency") return latencies?.grid ?? outcomes;
    if (view.value === "attempts")
      return readAttempts(mesh, planesOf(mesh, choice.value), outcomes) ?? outcomes;
    return outcomes;
  }, [mesh, outcomes, latencies, view.value]);
  const opened = useSignal<GroupPair | null>(null);
  const layers = layersOf(mesh);
  const families = familiesOf(mesh);
  const groupings = groupingsOf(mesh.nodes);
  const nameOf = (layer: Layer) => (layer === "worst" ? "All layers" : sayCheck(layer));
  return (
    <section class="mesh" aria-labelledby="mesh-title" aria-busy={meshLoading.value}>
      <div class="mesh-head">
        <h2 id="mesh-title">
          Who reaches whom <span class="quiet">rows to columns</span>
        </h2>
        <div class="choices">
          <Choices
            label="View"
            options={VIEWS}
            chosen={view.value}
            choose={(to) => (view.value = to)}
          />
          <label>
            <span class="sr-only">Layer</span>
            <select
              value={choice.value.layer}
              onChange={({ currentTarget }) =>
                (choice.value = { ...choice.value, layer: currentTarget.value as Layer })
              }
            >
              {layers.map((layer) => (
                <option key={layer} value={layer}>
                  {nameOf(layer)}
                </option>
              ))}
            </select>
          </label>
          {families.length > 1 && (
            <Choices
              label="Address family"
              options={[["both", "Both"], ...families.map((family) => [family, family] as const)]}
              chosen={choice.value.family}
              choose={(family) => (choice.value = { ...choice.value, family })}
            />
          )}
          {groupings.length > 1 && (
            <label>
              <span class="sr-only">Grouped by</span>
              <select
                value={by}
                onChange={({ currentTarget }) => (grouping.value = currentTarget.value as Grouping)}
              >
                {groupings.map((each) => (
                  <option key={each} value={each}>
                    {each === "none" ? "Not grouped" : `By ${GROUPINGS[each]}`}
                  </option>
                ))}
              </select>
            </label>
          )}
        </div>
      </div>
      <HeatMap
        mesh={mesh}
        grid={grid}
        outcomes={outcomes}
        axis={axis}
        sides={sides}
        opened={opened}
      />
      <Legend view={view.value} latencies={latencies} mesh={mesh} />
      <GroupTable outcomes={outcomes} axis={axis} open={(pair) => (opened.value = pair)} />
      <NodeTable mesh={mesh} />
      <FullTable mesh={mesh} outcomes={outcomes} />
    </section>
  );
}
