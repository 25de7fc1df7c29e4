import { type Prober, type Report, type TargetList, toColumns } from "@netchecker/contract";
import type { Agent, Probed } from "../ports.ts";

const STARVED_LOOP_DELAY_MS = 100;
const STARVED_THROTTLED_SHARE = 0.1;

/** How healthy the prober was. `throttledMs` is null where the kernel does not say. */
export function judgeProber(measured: {
  readonly loopDelayP99Ms: number;
  readonly throttledMs: number | null;
  readonly tookMs: number;
}): Prober {
  const { loopDelayP99Ms, throttledMs, tookMs } = measured;
  const starved =
    loopDelayP99Ms > STARVED_LOOP_DELAY_MS ||
    (throttledMs !== null && throttledMs > tookMs * STARVED_THROTTLED_SHARE);
  return {
    loopDelayP99Ms: rounded(loopDelayP99Ms),
    throttledMs: throttledMs === null ? null : rounded(throttledMs),
    starved,
  };
}

/** A list's outcomes → the agent's report. `tookMs` is from the list's arrival. */
export function buildReport(
  agent: Agent,
  list: TargetList,
  { outcomes, prober }: Probed,
  tookMs: number,
): Report {
  return {
    v: 1,
    type: list.type,
    round: list.round,
    list: list.list,
    agent,
    tookMs: rounded(tookMs),
    prober,
    ...toColumns(outcomes),
  };
}

/** Microseconds are enough, and floats are long as text. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
