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
  /** Attempts at a time, for each type. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly readThrottledMs: () => number | null;
}

const LOOP_DELAY_RESOLUTION_MS = 10;

/**
 * So many attempts are begun, whatever lists say: at once, and each second after that. 1,000 nodes are
 * 4,000 targets; 5,000 dual-stack ones are 30,000, within the three quarters of a minute that a round lasts.
 */
const ATTEMPTS = { atOnce: 8_000, perSecond: 2_000 };

/** Probes lists of targets as the settings say, and watches how this process fares meanwhile. */
export function createProber(settings: ProbeSettings): ProbeTargets {
  const { agentName, agentIp, tools, concurrency, attempts, readThrottledMs } = settings;
  const pace = new TokenBucket(ATTEMPTS.perSecond, ATTEMPTS.atOnce, performance.now());
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
