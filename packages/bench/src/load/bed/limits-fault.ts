import { spawnSync } from "node:child_process";
import { cgroupFault } from "@netchecker/testbed/services/limited-cgroup";

/** Where Debian keeps `ip`, which is not on everybody's PATH. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/** Why services cannot be held to their limits here, in a sentence; null where they can. */
export function limitsFault(): string | null {
  const fault = cgroupFault();
  if (fault) return fault;
  const { status } = spawnSync("unshare", ["--net", "ip", "link", "set", "lo", "up"], {
    env: { PATH },
  });
  return status === 0
    ? null
    : "this needs unshare of util-linux and ip of iproute2, to make a network of its own";
}

/** A network's packets are not as large as loopback's, which decides what the kernel buffers for a reader. */
export function upLoopback(): void {
  spawnSync("ip", ["link", "set", "lo", "mtu", "1500", "up"], { env: { PATH } });
}
