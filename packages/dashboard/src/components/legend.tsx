import type { RoundHead } from "@netchecker/contract";
import { PLANNED, FAILED_ALL, NOT_KEPT, OK, RAMP, RAMP_STEPS, UNKNOWN } from "../core/mesh/cell.ts";
import { attemptsCell, type LatencyGrid } from "../core/mesh/read-values.ts";
import { latency } from "../core/phrases.ts";
import { theme, type View } from "../store/view.ts";
import { Swatch } from "./swatch.tsx";

interface LegendProps {
  readonly view: View;
  readonly latencies: LatencyGrid | null;
  readonly kept: RoundHead["kept"];
}

/** What the colours and patterns mean. */
export function Legend({ view, latencies, kept }: LegendProps) {
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
      {of(PLANNED, "not ok, planned")}
      {kept === "failures" && of(NOT_KEPT, "not kept")}
    </ul>
  );
}

const ATTEMPTS: Record<number, string> = { 1: "first attempt", 2: "second", 3: "third or later" };
