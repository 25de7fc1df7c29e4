import { type Prober, type Report, type TargetList, toColumns } from "@netchecker/contract";
import type { Agent, Probed } from "../ports.ts";

const STARVED_LOOP_DELAY_MS = 100;
const STARVED_THROTTLED_SHARE = 0.1;

/** How healthy the agent's process was. `throttledMs` is null if the kernel does not say. */
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

/** The outcomes of a list → the agent's report. `tookMs` counts from the arrival of the list. */
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

/** Microseconds are exact enough, and a full float is a long text. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
