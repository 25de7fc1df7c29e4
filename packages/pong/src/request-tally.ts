import { type MetricFamily, Tally } from "@netchecker/contract/metrics";

/** The kinds of requests. */
const KINDS = ["who", "echo", "health", "metrics", "other"] as const;
type Kind = (typeof KINDS)[number];

/** The reasons why pong refused or could not answer a request. */
const ERRORS = [
  "body_too_large",
  "busy",
  "gone",
  "method_not_allowed",
  "not_found",
  "too_many_connections",
] as const;
type ErrorReason = (typeof ERRORS)[number];

/** The counters of a pong, since its start. */
export class RequestTally {
  readonly #requests = new Tally<"kind">(
    "netchecker_pong_requests_total",
    "Requests by what they ask for: who (GET /echo), echo (POST /echo), health, metrics, other.",
    KINDS.map((kind) => ({ kind })),
  );
  readonly #errors = new Tally<"reason">(
    "netchecker_pong_errors_total",
    "Requests that were refused, callers that went away half-way, connections beyond the most that are held.",
    ERRORS.map((reason) => ({ reason })),
  );

  request(kind: Kind): void {
    this.#requests.add({ kind });
  }

  error(reason: ErrorReason): void {
    this.#errors.add({ reason });
  }

  get families(): MetricFamily[] {
    return [this.#requests.family, this.#errors.family];
  }
}
