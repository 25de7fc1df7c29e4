import { ProbeFailureError } from "./probe-failure.ts";

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const HOST_PORT = /^(?:\[([^\]]+)\]|([^\s:/[\]]+)):(\d{1,5})$/;

/**
 * `host:port` or `[v6]:port` → its parts. Throws a ProbeFailureError with `not_probed` for anything
 * else.
 */
export function parseHostPort(address: string): HostPort {
  const match = HOST_PORT.exec(address);
  const port = Number(match?.[3]);
  if (!match || port < 1 || port > 65_535)
    throw new ProbeFailureError("not_probed", "address is not host:port");
  return { host: (match[1] ?? match[2])!, port };
}
