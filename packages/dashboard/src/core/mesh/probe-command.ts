import { type Check, type Mesh, probeByHand } from "@netchecker/contract";

/** The namespace of the ping pods. It is part of the service's full name. */
export function namespaceOf({ planes }: Mesh): string {
  const dns = planes.find(({ check }) => check === "dns")?.targets[0]?.name;
  return dns?.split(".")[1] ?? "netchecker";
}

/**
 * A command that repeats the check from the pod that made it. Null if the pod or the address is
 * missing, or if the check cannot be repeated by hand.
 */
export function probeCommand(
  namespace: string,
  pod: string | null,
  { check, address, name }: { check: Check; address: string | null; name: string | null },
): string | null {
  const url = address === null ? null : probeByHand(check, address, name);
  if (pod === null || url === null) return null;
  return `kubectl -n ${namespace} exec ${pod} -- node main.js --probe ${url}`;
}
