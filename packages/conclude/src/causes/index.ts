/** The causes of one round, before they are followed over rounds: for what scores them. */
export {
  emptyLatencyHistory,
  extendHistory,
  type LatencyHistory,
} from "../evidence/latency-history.ts";
export { findCauses } from "./find-causes.ts";
export { JOINED_KINDS } from "./join-alike.ts";
