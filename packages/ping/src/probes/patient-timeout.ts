import type { StallClock } from "./stall-clock.ts";

/**
 * A timeout that only counts time in which this process could have seen an answer. When its timer
 * fires, answers that have already arrived are delivered first. Then it waits on for as long as the
 * process stood still meanwhile. Without this, an agent with a tenth of a core would report false
 * failures. Returns a function that cancels it and that is safe to call twice.
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
    // Immediates run after the poll phase, so sockets deliver their data before this runs.
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
