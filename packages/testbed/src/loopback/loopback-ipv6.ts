import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { SocketAddress } from "node:net";
import { TestbedError } from "../testbed-error.ts";

/**
 * The IPv6 addresses of a dual-stack cluster. Linux has one loopback address only, `::1`; more are added to the
 * loopback device one by one. (A local route makes a whole prefix reachable, but Linux refuses to listen on its addresses.)
 */
export class LoopbackIpv6 {
  readonly #prefix: string;
  readonly #onExit = () => void this.#removeAll();

  private constructor(prefix: string) {
    this.#prefix = prefix;
    process.on("exit", this.#onExit);
  }

  /** For the cluster that holds the slice with this IPv4 address. Throws a {@link TestbedError}. */
  static claim(ip: string): LoopbackIpv6 {
    if (!ipv6IsOn())
      throw new TestbedError(
        "IPv6 is off on this machine's loopback: switch it on (net.ipv6.conf.lo.disable_ipv6=0), or start without dual stack.",
      );
    const claimed = new LoopbackIpv6(`${prefixOf(ip)}::/64`);
    // A cluster that was ended with SIGKILL leaves its addresses; the slice is ours, so nobody uses them.
    claimed.#removeAll();
    return claimed;
  }

  /** Makes the IPv6 addresses beside these IPv4 ones local, and gives them. Throws a {@link TestbedError}. */
  add<Name extends string>(ips: Readonly<Record<Name, string>>): Record<Name, string> {
    const added = Object.entries<string>(ips).map(([name, ip]) => [name, beside(ip)] as const);
    // Local at once, and without a preferred lifetime: never taken as the source of this machine's other traffic.
    const lines = added.map(([, ip]) => `address replace ${ip}/128 dev lo nodad preferred_lft 0\n`);
    const { status, stderr, error } = runIp(["-batch", "-"], lines.join(""));
    if (status !== 0)
      throw new TestbedError(
        `Dual stack needs IPv6 addresses on the loopback, which takes root and the ip command (${error?.message ?? stderr.split("\n")[0]}): run as root, or start without dual stack.`,
      );
    return Object.fromEntries(added) as Record<Name, string>;
  }

  /** Takes all of its addresses back. Safe to call twice. */
  release(): void {
    process.off("exit", this.#onExit);
    this.#removeAll();
  }

  #removeAll(): void {
    runIp(["address", "flush", "dev", "lo", "to", this.#prefix]);
  }
}

/** 127.18.1.3 → fd7f:18::1:3, 7f being 127: unique local addresses that tell whose they are. */
function beside(ip: string): string {
  const [third, fourth] = ip.split(".").slice(2);
  // In the one spelling that everybody else gives it.
  return new SocketAddress({ family: "ipv6", address: `${prefixOf(ip)}::${third}:${fourth}` })
    .address;
}

const prefixOf = (ip: string) => `fd7f:${ip.split(".")[1]}`;

function ipv6IsOn(): boolean {
  try {
    return readFileSync("/proc/sys/net/ipv6/conf/lo/disable_ipv6", "utf8").trim() === "0";
  } catch {
    return false;
  }
}

/** Synchronous, because it must also work while the process exits. */
function runIp(args: readonly string[], input = "") {
  // Not every user has these in the PATH.
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };
  return spawnSync("ip", ["-6", ...args], { env, input, encoding: "utf8" });
}
