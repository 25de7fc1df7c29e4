import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { TargetList } from "@netchecker/contract";
import { judgeProber } from "./core/build-report.ts";
import { planProbes } from "./core/plan-probes.ts";
import { TokenBucket } from "./core/token-bucket.ts";
import type { ProbeTargets } from "./ports.ts";
import { probeAll } from "./probes/probe-all.ts";
import { PROBES } from "./probes/kinds.ts";
import { LossSizer } from "./probes/size-losses.ts";
import type { ProbeTools, Target } from "./probes/probe.ts";
import { refusedTargets } from "./probes/target-bounds.ts";

export interface ProbeSettings {
  readonly agentName: string;
  readonly agentIp: string;
  readonly tools: Omit<ProbeTools, "signal">;
  /** Attempts at the same time, for each type. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly readThrottledMs: () => number | null;
}

const LOOP_DELAY_RESOLUTION_MS = 10;

/**
 * The rate at which attempts begin, however many targets a list has. 1,000 nodes make 4,000
 * targets. 5,000 dual-stack nodes make 30,000 targets, and these fit into the 45 s that a round
 * lasts.
 */
const ATTEMPT_RATE = { atOnce: 8_000, perSecond: 2_000 };

/**
 * Creates the function that probes lists, with these settings. It also measures how healthy this
 * process is meanwhile.
 */
export function createProbeTargets(settings: ProbeSettings): ProbeTargets {
  const { agentName, agentIp, tools, concurrency, attempts, readThrottledMs } = settings;
  const pace = new TokenBucket(ATTEMPT_RATE.perSecond, ATTEMPT_RATE.atOnce, performance.now());
  return async (list, signal) => {
    const refused = refusedTargets(list, agentIp);
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
        order: planProbes(agentName, targets.length).filter((index) => !refused.has(index)),
        concurrency,
        attempts,
        signal,
        probe: async (target, earlier) => {
          const waitMs = pace.reserve(performance.now());
          if (waitMs > 0) await sleep(waitMs, undefined, { signal });
          if (earlier) sizer.take(target, earlier.reason);
          return PROBES[target.check](target, { ...tools, signal }, earlier);
        },
      });
      const outcomes = (await sizer.tell(targets, found)).map((outcome, index) => {
        const detail = refused.get(index);
        return detail === undefined ? outcome : { ...outcome, detail };
      });
      const throttledAfter = readThrottledMs();
      const prober = judgeProber({
        // A sample is the time between two timers in ns, and it includes the resolution.
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
