export * from "./family.ts";
export { Histogram } from "./histogram.ts";
export * from "./tally.ts";
