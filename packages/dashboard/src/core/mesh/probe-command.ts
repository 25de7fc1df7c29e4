import { type Check, ECHO_PATH, type Mesh } from "@netchecker/contract";

/** The namespace of the ping pods. It is part of the service's full name. */
export function namespaceOf({ planes }: Mesh): string {
  const dns = planes.find(({ check }) => check === "dns")?.targets[0]?.name;
  return dns?.split(".")[1] ?? "netchecker";
}

/**
 * A command that repeats the check from the pod that made it. Null if the pod or the address is
 * missing.
 */
export function probeCommand(
  namespace: string,
  pod: string | null,
  { check, address, name }: { check: Check; address: string | null; name: string | null },
): string | null {
  if (pod === null || address === null) return null;
  return `kubectl -n ${namespace} exec ${pod} -- node main.js --probe ${urlOf(check, address, name)}`;
}

function urlOf(check: Check, address: string, name: string | null): string {
  if (check === "dns") return `dns://${name ?? address}`;
  if (check === "tcp" || check === "connect") return `tcp://${address}`;
  return check === "http" ? address : `http://${address}${ECHO_PATH}`;
}
