import { requireMachine } from "../../src/namespaces/machine.ts";

/** Why there can be no laboratory on this machine; null where there can. */
export const refusal: string | null = await requireMachine("host-gateway").then(
  () => null,
  (error: Error) => error.message,
);
