import { isStarting, type Mesh } from "@netchecker/contract";
import { useMemo } from "preact/hooks";
import {
  FAILED_ALL,
  NOT_KEPT,
  OK,
  PLANNED,
  RAMP,
  RAMP_STEPS,
  STARTING,
  UNKNOWN,
} from "../core/mesh/cell.ts";
import { attemptsCell, type LatencyGrid } from "../core/mesh/read-values.ts";
import { latency } from "../core/phrases.ts";
import { theme, type View } from "../store/view.ts";
import { Swatch } from "./swatch.tsx";

interface LegendProps {
  readonly view: View;
  readonly latencies: LatencyGrid | null;
  readonly mesh: Mesh;
}

/** Explains the colours and patterns. */
export function Legend({ view, latencies, mesh }: LegendProps) {
  const starting = useMemo(() => whatStarts(mesh), [mesh]);
  const of = (cell: number, text: string) => (
    <li key={text}>
      <Swatch cells={[cell]} theme={theme.value} />
      {text}
    </li>
  );
  return (
    <ul class="legend" aria-label="Legend">
      {view === "outcome" && of(OK, "ok")}
      {view === "latency" && latencies && (
        <li>
          {latency(latencies.from)}
          <Swatch
            cells={Array.from({ length: RAMP_STEPS }, (_, step) => RAMP + step)}
            theme={theme.value}
          />
          {latency(latencies.to)} and more
        </li>
      )}
      {view === "attempts" && [1, 2, 3].map((each) => of(attemptsCell(each), ATTEMPTS[each]!))}
      {of(FAILED_ALL - 2, "some layers or pairs failed")}
      {of(FAILED_ALL, "failed")}
      {of(UNKNOWN, "not measured")}
      {starting.agents && of(STARTING, "not measured: starting")}
      {of(PLANNED, starting.targets ? "left out: planned or starting" : "left out: planned")}
      {mesh.round.kept === "failures" && of(NOT_KEPT, "not kept")}
    </ul>
  );
}

/**
 * Whether agents or targets are starting. A starting agent measures nothing yet. A starting target
 * is left out.
 */
function whatStarts({ nodes, planes }: Mesh): { agents: boolean; targets: boolean } {
  const agents = nodes.some(({ planned }) => isStarting(planned));
  const pods = planes.some(({ targets }) => targets.some(({ planned }) => isStarting(planned)));
  return { agents, targets: agents || pods };
}

const ATTEMPTS: Record<number, string> = { 1: "first attempt", 2: "second", 3: "third or later" };
