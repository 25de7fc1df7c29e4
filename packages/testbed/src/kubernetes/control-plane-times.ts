/** How long Kubernetes takes to notice what happens to a node. */
export interface ControlPlaneTimes {
  /** A kubelet renews its Lease so often (a quarter of nodeLeaseDurationSeconds, 40 s). */
  readonly heartbeatMs: number;
  /** So long after the last heartbeat a node becomes Unknown (--node-monitor-grace-period: 50 s since 1.32, 40 s before). */
  readonly graceMs: number;
  /** The node controller looks so often (--node-monitor-period). */
  readonly monitorMs: number;
  /** In a zone the next node gets its NoExecute taint so long after the one before (--node-eviction-rate: 0.1 a second). */
  readonly noExecuteMs: number;
  /** Pods of a node that has no object any more are deleted after so long (pod garbage collector: quarantineTime). */
  readonly orphanMs: number;
}

/** Those of Kubernetes 1.36 with its default settings. */
const KUBERNETES: ControlPlaneTimes = {
  heartbeatMs: 10_000,
  graceMs: 50_000,
  monitorMs: 5_000,
  noExecuteMs: 10_000,
  orphanMs: 40_000,
};

/** netchecker's default interval: its rounds and Kubernetes' times belong together. */
const PRODUCT_INTERVAL_MS = 60_000;

/** How much faster than Kubernetes' the control plane has to be where rounds are this much shorter; never slower. */
export const speedFor = (intervalMs: number): number =>
  Math.max(1, PRODUCT_INTERVAL_MS / intervalMs);

/** Kubernetes' times, divided by `speed`; `own` are Kubernetes' settings where they are not the defaults, before they are divided. */
export function controlPlaneTimes(
  speed: number,
  own: Partial<ControlPlaneTimes> = {},
): ControlPlaneTimes {
  const times = { ...KUBERNETES, ...own };
  return Object.fromEntries(
    Object.entries(times).map(([name, ms]) => [name, ms / speed]),
  ) as unknown as ControlPlaneTimes;
}
