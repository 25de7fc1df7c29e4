import { Value } from "typebox/value";
import type { Effect } from "../expect/effect.ts";
import { LabError } from "../lab-error.ts";
import type { FaultKind, FaultSpec, World } from "./fault.ts";
import { FAULT_KINDS } from "./kinds.ts";

/** The kind of that name. Throws a {@link LabError} where there is none. */
export function kindOf(name: string): FaultKind {
  if (!Object.hasOwn(FAULT_KINDS, name))
    throw new LabError(
      `${name} is no kind of fault; allowed: ${Object.keys(FAULT_KINDS).join(", ")}`,
    );
  return FAULT_KINDS[name as keyof typeof FAULT_KINDS] as unknown as FaultKind;
}

/** What a correct product must see of a fault. */
export function effectOf({ kind, ...given }: FaultSpec, world: World): Effect {
  const { parameters, effect } = kindOf(kind);
  return effect(Value.Default(parameters, structuredClone(given)) as never, world);
}
