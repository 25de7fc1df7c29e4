import { LabClient } from "../../namespaces/lab-client.ts";
import { LabError } from "../../lab-error.ts";

/** The laboratory that is up. Throws a {@link LabError} where there is none. */
export function theLab(): LabClient {
  const lab = LabClient.find();
  if (!lab) throw new LabError("No laboratory is up: `pnpm lab up` starts one.");
  return lab;
}
