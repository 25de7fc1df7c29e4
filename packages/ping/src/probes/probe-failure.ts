import type { Answerer, Reason } from "@netchecker/contract";

/** A probe failed, and the reason is already known. */
export class ProbeFailureError extends Error {
  override name = "ProbeFailureError";
  readonly reason: Reason;
  readonly detail: string | undefined;
  readonly answeredBy: Answerer[] | undefined;

  constructor(reason: Reason, detail?: string, answeredBy?: Answerer[]) {
    super(detail === undefined ? reason : `${reason}: ${detail}`);
    this.reason = reason;
    this.detail = detail;
    this.answeredBy = answeredBy;
  }
}
