import { TestbedError } from "../testbed-error.ts";
import { AGENT_FAULTS } from "./agent-faults.ts";
import { CONTROL_FAULTS } from "./control-faults.ts";
import { DNS_FAULTS } from "./dns-faults.ts";
import { FILTER_FAULTS } from "./filter-faults.ts";
import type { FaultKind } from "./fault.ts";
import { LINK_FAULTS } from "./link-faults.ts";
import { NODE_OBJECT_FAULTS } from "./node-object-faults.ts";
import { NODE_RULE_FAULTS } from "./node-rule-faults.ts";
import { PONG_FAULTS } from "./pong-faults.ts";

/**
 * Every way to break the cluster, by the name that the command line and scenarios use. A full conntrack table is not
 * among them: only the first network namespace may set nf_conntrack_max, and that is not ours to break.
 */
export const FAULT_KINDS = {
  ...LINK_FAULTS,
  ...FILTER_FAULTS,
  ...NODE_RULE_FAULTS,
  ...DNS_FAULTS,
  ...PONG_FAULTS,
  ...AGENT_FAULTS,
  ...CONTROL_FAULTS,
  ...NODE_OBJECT_FAULTS,
} as const;

/** The kind of that name. Throws a {@link TestbedError} where there is none. */
export function kindOf(name: string): FaultKind {
  if (!Object.hasOwn(FAULT_KINDS, name))
    throw new TestbedError(
      `${name} is no kind of fault; allowed: ${Object.keys(FAULT_KINDS).join(", ")}`,
    );
  return FAULT_KINDS[name as keyof typeof FAULT_KINDS] as unknown as FaultKind;
}
