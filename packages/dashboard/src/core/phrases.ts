import {
  type Counts,
  isStarting,
  type MissingWhy,
  type PlannedWhy,
  type Reason,
} from "@netchecker/contract";

export { sayCheck } from "@netchecker/contract";

const REASON_WORDS: Record<Reason, string> = {
  ok: "ok",
  connect_timeout: "no answer to connect",
  connection_refused: "connection refused",
  connection_reset: "connection reset",
  host_unreachable: "host unreachable",
  network_unreachable: "network unreachable",
  response_timeout: "connected, no answer",
  large_request_timeout: "large request lost (MTU)",
  large_response_timeout: "large answer lost (MTU)",
  bad_status: "bad status",
  wrong_responder: "wrong pod answered",
  dns_failure: "name not resolved",
  dns_mismatch: "wrong address resolved",
  local_exhaustion: "prober out of resources",
  not_probed: "not measured",
};

const MISSING_WORDS: Record<MissingWhy, string> = {
  no_pod: "no ping pod on the node",
  pod_not_ready: "its ping pod is not ready",
  silent: "silent, though its node was reached",
  unreachable: "unreachable",
  redis_away: "Redis was away",
};

const PLANNED_WORDS: Record<PlannedWhy, string> = {
  node_cordoned: "the node is cordoned",
  node_not_ready: "the node is not ready",
  node_deleting: "the node is being deleted",
  pod_terminating: "the pod is terminating",
  node_gone: "the node went away",
  pod_gone: "the pod went away",
  node_leaving: "the node will be taken away",
  node_shutting_down: "the node is shutting down in good order",
  node_starting: "the node has not been ready yet",
  node_returning: "the node is ready again, its pods are not yet",
  pod_starting: "the pod has not been ready yet",
};

export const sayReason = (reason: Reason): string => REASON_WORDS[reason];
export const sayMissing = (why: MissingWhy): string => MISSING_WORDS[why];
/** "planned: the node is cordoned", "starting: the pod has not been ready yet". */
export const sayPlanned = (why: PlannedWhy): string =>
  `${isStarting(why) ? "starting" : "planned"}: ${PLANNED_WORDS[why]}`;

/** 3 → "3 nodes", 1 → "1 node". Thousands are separated. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${digits(number)} ${number === 1 ? one : many}`;
}

/**
 * A whole number: 44100 → "44,100". Browsers load their language data slowly, and the first picture
 * would have to wait for it.
 */
export function digits(number: number): string {
  return String(number).replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** Milliseconds with three digits: "0.41 ms", "12.3 ms", "1.02 s". */
export function latency(ms: number | null): string {
  if (ms === null) return "–";
  return ms >= 1_000 ? `${(ms / 1_000).toPrecision(3)} s` : `${Number(ms.toPrecision(3))} ms`;
}

/** "46 of 47 ok", and all other counts that are not zero. */
export function sayCounts({ total, ok, failed, unknown, planned }: Counts): string {
  const more = [
    failed > 0 ? `${digits(failed)} failed` : "",
    unknown > 0 ? `${digits(unknown)} not measured` : "",
    planned > 0 ? `${digits(planned)} planned` : "",
  ].filter(Boolean);
  return [`${digits(ok)} of ${digits(total)} ok`, ...more].join(", ");
}
