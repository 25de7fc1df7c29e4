import { Resolver } from "node:dns/promises";
import { isIP, isIPv6 } from "node:net";
import { ProbeFailureError } from "./probe-failure.ts";
import type { Progress } from "./progress.ts";

export type Family = 4 | 6;

/** The address families, that of `ownIp` first. IPv4 is first if `ownIp` is not known. */
export function familiesFor(ownIp: string | undefined): readonly Family[] {
  return ownIp !== undefined && isIPv6(ownIp) ? [6, 4] : [4, 6];
}

/**
 * The addresses of a fully qualified name, of one family. It asks the name servers itself, because
 * getaddrinfo cannot be cancelled and has only four threads. It makes a new resolver each time,
 * because a resolver caches. Throws a ProbeFailureError: `dns_failure`, with the code as detail.
 */
export async function lookUp(
  name: string,
  family: Family,
  servers: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly string[]> {
  signal.throwIfAborted();
  progress.enter(family === 4 ? "look-up-a" : "look-up-aaaa");
  // The signal has the timeout, because it accounts for time in which this process stood still.
  // c-ares does not.
  const resolver = new Resolver({ timeout: 60_000, tries: 1 });
  const cancel = () => resolver.cancel();
  signal.addEventListener("abort", cancel);
  try {
    if (servers.length > 0) resolver.setServers(servers);
    progress.observer?.learned({ nameServers: resolver.getServers() });
    const addresses = await (family === 4 ? resolver.resolve4(name) : resolver.resolve6(name));
    progress.observer?.learned({ addresses });
    return addresses;
  } catch (error) {
    signal.throwIfAborted();
    throw new ProbeFailureError("dns_failure", (error as NodeJS.ErrnoException).code);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/**
 * One address of a host, of the first family of `families` in which it has any. An IP is its own
 * address. Throws like {@link lookUp} if there is none.
 */
export async function lookUpHost(
  host: string,
  families: readonly Family[],
  servers: readonly string[],
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  if (isIP(host) !== 0) return host;
  // RFC 6761: a name server must not be asked for localhost.
  if (host === "localhost") return families[0] === 6 ? "::1" : "127.0.0.1";
  let failure: unknown;
  for (const family of families) {
    try {
      const [address] = await lookUp(host, family, servers, progress, signal);
      if (address !== undefined) return address;
    } catch (error) {
      failure ??= error;
      // The other family is only tried if the name exists but has no address of this family.
      if (!(error instanceof ProbeFailureError) || error.detail !== "ENODATA") throw error;
    }
  }
  throw failure;
}
