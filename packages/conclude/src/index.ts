/** What a round means: what is broken, since when, and how the network fares. Pure: no clock, no network, no store. */
export {
  type ChangedFindings,
  type Conclusion,
  conclude,
  concludeInSteps,
  decodeMemory,
  emptyMemory,
  type FindingsMemory,
} from "./conclude.ts";
export { isStale, STALE_AFTER_INTERVALS } from "./verdict/is-stale.ts";
export { giveVerdict, giveVerdictInSteps } from "./verdict/judge-round.ts";
