import { type Static, Type } from "typebox";

/**
 * Why a probe ended as it did. The position of a reason is its code on the wire and in stored
 * rounds. So a new reason must go to the end, and no reason may move.
 */
export const REASONS = [
  "ok",
  "connect_timeout",
  "connection_refused",
  "connection_reset",
  "host_unreachable",
  "network_unreachable",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
  "bad_status",
  "wrong_responder",
  "dns_failure",
  "dns_mismatch",
  "local_exhaustion",
  "not_probed",
] as const;

export const ReasonSchema = Type.Enum(REASONS);
export type Reason = Static<typeof ReasonSchema>;

const CODES = new Map<Reason, number>(REASONS.map((reason, code) => [reason, code]));

export const OK_CODE = 0;
export const NOT_PROBED_CODE = REASONS.indexOf("not_probed");

/** The code of a reason: its position in {@link REASONS}. */
export function reasonCode(reason: Reason): number {
  return CODES.get(reason)!;
}

/** The reason with a code. Throws a RangeError for an unknown code. */
export function reasonOf(code: number): Reason {
  const reason = REASONS[code];
  if (reason === undefined)
    throw new RangeError(`reason code ${code}, allowed 0 to ${REASONS.length - 1}`);
  return reason;
}

/** Reasons for which a connection was established, so the target was reached. */
const REACHED: ReadonlySet<Reason> = new Set([
  "ok",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
  "bad_status",
]);

/** Whether packets passed in both directions, at least small ones. */
export function isReached(reason: Reason): boolean {
  return REACHED.has(reason);
}

/**
 * What a reason means for the target: it works (true), it is broken (false), or it was not measured
 * (null).
 */
export function okOf(code: number): boolean | null {
  if (code === OK_CODE) return true;
  return code === NOT_PROBED_CODE ? null : false;
}
