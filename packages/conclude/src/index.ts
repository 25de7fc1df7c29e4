/** Turns a closed round into findings and a verdict. Pure: no clock, no network, no store. */
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
