import type { StallClock } from "./stall-clock.ts";

/**
 * A timeout that counts only time in which this process could have seen an answer. When its timer
 * fires, what has already arrived is delivered first; then it waits on for as long as the process
 * stood still meanwhile. That is what keeps an agent at a tenth of a core free of false failures.
 * Returns what cancels it, which is safe to call twice.
 */
export function patientTimeout(
  timeoutMs: number,
  stalls: StallClock,
  onTimeout: () => void,
): () => void {
  const startedAt = performance.now();
  const stalledAtStart = stalls.stalledMs();
  let immediate: NodeJS.Immediate | undefined;

  const onTimer = () => {
    // Immediates run after the poll phase: sockets that have something to say, say it before.
    immediate = setImmediate(onPolled);
  };
  const onPolled = () => {
    const stalledMs = stalls.stalledMs() - stalledAtStart;
    const leftMs = startedAt + timeoutMs + stalledMs - performance.now();
    if (leftMs > 0) timer = setTimeout(onTimer, Math.ceil(leftMs));
    else onTimeout();
  };

  let timer = setTimeout(onTimer, timeoutMs);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
