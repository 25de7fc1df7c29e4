import { isIP } from "node:net";
import { ECHO_PATH } from "@netchecker/contract";
import { isHostPort } from "@netchecker/runtime/config";

/**
 * What to probe by hand. `url` is what the user typed; `address` is what the probe of that kind
 * needs.
 */
export interface HandTarget {
  readonly kind: "echo" | "http" | "tcp" | "dns";
  readonly url: string;
  readonly address: string;
}

export const TARGETS = `http://IP:PORT${ECHO_PATH}, another http(s):// URL, tcp://HOST:PORT or dns://NAME`;

const NAME = /^(?=.{1,254}$)[\w-]{1,63}(\.[\w-]{1,63})*\.?$/;
const DEFAULT_PORT = 80;

/** The target as the user typed it → what it means. Null if it is none of {@link TARGETS}. */
export function parseTarget(url: string): HandTarget | null {
  const [, scheme, rest] = /^(tcp|dns|https?):\/\/(\S+)$/.exec(url) ?? [];
  if (rest === undefined) return null;
  if (scheme === "tcp") return isHostPort(rest) ? { kind: "tcp", url, address: rest } : null;
  if (scheme === "dns") return isName(rest) ? { kind: "dns", url, address: rest } : null;
  const parsed = URL.parse(url);
  if (!parsed) return null;
  return isPong(parsed)
    ? { kind: "echo", url, address: `${parsed.hostname}:${parsed.port || DEFAULT_PORT}` }
    : { kind: "http", url, address: url };
}

function isName(text: string): boolean {
  return NAME.test(text) && isIP(text) === 0;
}

/** A URL means a pong only if it has an IP and pong's path. A URL with a name means a website. */
function isPong({ protocol, hostname, pathname, search }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return protocol === "http:" && isIP(host) !== 0 && pathname === ECHO_PATH && search === "";
}
