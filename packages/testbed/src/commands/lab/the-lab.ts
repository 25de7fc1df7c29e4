import { LabClient } from "../../namespaces/lab-client.ts";
import { TestbedError } from "../../testbed-error.ts";

/** The laboratory that is up. Throws a {@link TestbedError} where there is none. */
export function theLab(): LabClient {
  const lab = LabClient.find();
  if (!lab) throw new TestbedError("No laboratory is up: `pnpm lab up` starts one.");
  return lab;
}
