import { NOT_PROBED_CODE, OK_CODE, reasonCode } from "@netchecker/contract";
import { NOT_KEPT_CODE } from "@netchecker/round/outcome-matrix";

/** What an outcome still says. Small packets got through where only large ones are lost. */
export const UNKNOWN = 0;
export const WORKS = 1;
export const FAILED = 2;
export const LARGE_LOST = 3;
/** A cause was found for it: it speaks for no other one. */
export const EXPLAINED = 4;
/** Failed for a planned reason. */
export const PLANNED = 5;

/** By reason code, what an outcome says before anything explains it. */
export const STATE_OF = new Uint8Array(256).fill(FAILED);
STATE_OF[OK_CODE] = WORKS;
STATE_OF[NOT_PROBED_CODE] = UNKNOWN;
STATE_OF[NOT_KEPT_CODE] = UNKNOWN;
STATE_OF[reasonCode("large_request_timeout")] = LARGE_LOST;
STATE_OF[reasonCode("large_response_timeout")] = LARGE_LOST;
