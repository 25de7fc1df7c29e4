import { monitorEventLoopDelay } from "node:perf_hooks";
import type { TargetList } from "@netchecker/contract";
import { judgeProber } from "./core/build-report.ts";
import { planProbes } from "./core/plan-probes.ts";
import type { ProbeTargets } from "./ports.ts";
import { probeAll } from "./probes/probe-all.ts";
import { PROBES } from "./probes/kinds.ts";
import { LossSizer } from "./probes/size-losses.ts";
import type { ProbeTools, Target } from "./probes/probe.ts";

export interface ProbeSettings {
  readonly agentName: string;
  readonly tools: Omit<ProbeTools, "signal">;
  /** Attempts at a time, for each type. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly readThrottledMs: () => number | null;
}

const LOOP_DELAY_RESOLUTION_MS = 10;

/** Probes lists of targets as the settings say, and watches how this process fares meanwhile. */
export function createProber(settings: ProbeSettings): ProbeTargets {
  const { agentName, tools, concurrency, attempts, readThrottledMs } = settings;
  return async (list, signal) => {
    const targets = targetsOf(list);
    const sizer = new LossSizer({ ...tools, signal });
    const loopDelay = monitorEventLoopDelay({ resolution: LOOP_DELAY_RESOLUTION_MS });
    const startedAt = performance.now();
    const throttledBefore = readThrottledMs();
    loopDelay.enable();
    tools.stalls.start();
    try {
      const found = await probeAll({
        targets,
        order: planProbes(agentName, targets.length),
        concurrency,
        attempts,
        signal,
        probe: (target, earlier) => {
          if (earlier) sizer.take(target, earlier.reason);
          return PROBES[target.check](target, { ...tools, signal }, earlier);
        },
      });
      const outcomes = await sizer.tell(targets, found);
      const throttledAfter = readThrottledMs();
      const prober = judgeProber({
        // Samples are the time between two timers, resolution included, in ns.
        loopDelayP99Ms: Math.max(0, loopDelay.percentile(99) / 1e6 - LOOP_DELAY_RESOLUTION_MS),
        throttledMs:
          throttledBefore === null || throttledAfter === null
            ? null
            : throttledAfter - throttledBefore,
        tookMs: performance.now() - startedAt,
      });
      return { outcomes, prober };
    } finally {
      tools.stalls.stop();
      loopDelay.disable();
    }
  };
}

function targetsOf({ check, name, node, address }: TargetList): Target[] {
  return check.map((_, index) => ({
    check: check[index]!,
    name: name[index]!,
    node: node[index]!,
    address: address[index]!,
  }));
}
