import type { SimulatedCause } from "./cause.ts";
import { EXTERNAL_CAUSES } from "./external-causes.ts";
import { MTU_CAUSES } from "./mtu-causes.ts";
import { NODE_CAUSES } from "./node-causes.ts";
import { PATH_CAUSES } from "./path-causes.ts";
import { PROCESS_CAUSES } from "./process-causes.ts";
import { QUALITY_CAUSES } from "./quality-causes.ts";
import { SERVICE_CAUSES } from "./service-causes.ts";

export const CAUSES: readonly SimulatedCause[] = [
  ...NODE_CAUSES,
  ...PATH_CAUSES,
  ...MTU_CAUSES,
  ...SERVICE_CAUSES,
  ...EXTERNAL_CAUSES,
  ...PROCESS_CAUSES,
  ...QUALITY_CAUSES,
];

/** By name: every variant counts the same within its name. */
export const CAUSES_BY_NAME: ReadonlyMap<string, readonly SimulatedCause[]> = Map.groupBy(
  CAUSES,
  ({ name }) => name,
);
