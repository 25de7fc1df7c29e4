import { spawnSync } from "node:child_process";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";

/** Debian keeps `ip` in /usr/sbin, which is not on every user's PATH. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/** Why this machine cannot enforce the services' limits, as a sentence. Null if it can. */
export function limitsFault(): string | null {
  const fault = cgroupFault();
  if (fault) return fault;
  const { status } = spawnSync("unshare", ["--net", "ip", "link", "set", "lo", "up"], {
    env: { PATH },
  });
  return status === 0
    ? null
    : "this needs unshare (util-linux) and ip (iproute2), to create a network namespace";
}

/** Sets the MTU of a real network, because the size of packets decides how much the kernel buffers for a reader. */
export function upLoopback(): void {
  spawnSync("ip", ["link", "set", "lo", "mtu", "1500", "up"], { env: { PATH } });
}
