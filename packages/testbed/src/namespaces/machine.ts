import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { findOrInstall, type Program, thisMachine } from "../programs/find-or-install.ts";
import { TestbedError } from "../testbed-error.ts";
import { PATH } from "./network/namespace.ts";
import type { PodNetworkKind } from "./network/node-network.ts";

/** The laboratory cannot be made on this machine, or not by this user. */
export class MachineError extends TestbedError {
  override name = "MachineError";
}

const run = promisify(execFile);

const PROBE_TIMEOUT_MS = 10_000;

const program = (command: string, from: string): Program => ({
  command,
  package: from,
  byHand: `install ${from}`,
});

const PROGRAMS = [
  program("ip", "iproute2"),
  program("bridge", "iproute2"),
  program("nft", "nftables"),
  program("mount", "mount"),
  program("nsenter", "util-linux"),
  program("unshare", "util-linux"),
  program("setpriv", "util-linux"),
  program("redis-server", "redis-server"),
];

/** What the kernel must have, and a command that finds out, in a namespace that is gone at once. */
const KERNEL_FEATURES: readonly (readonly [feature: string, command: string])[] = [
  ["bridges", "ip link add b0 type bridge"],
  ["veth pairs", "ip link add v0 type veth peer name v1"],
  [
    "nftables with NAT",
    "nft 'add table ip t; add chain ip t c { type nat hook prerouting priority 0; }'",
  ],
  [
    "nftables' egress hook",
    "nft 'add table netdev t; add chain netdev t c { type filter hook egress device v0 priority 0; }'",
  ],
];
const VXLAN = ["VXLAN", "ip link add x0 type vxlan id 1 dstport 8472"] as const;

/**
 * Makes sure that a laboratory can be made here; what is missing is installed where apt-get can. Rejects with a
 * {@link MachineError} that says what to do.
 */
export async function requireMachine(
  podNetwork: PodNetworkKind,
  signal?: AbortSignal,
): Promise<void> {
  requireRootOnLinux(process.platform, process.getuid?.());
  try {
    for (const each of PROGRAMS) await findOrInstall(each, signal, thisMachine(PATH));
  } catch (error) {
    if (!(error instanceof TestbedError)) throw error;
    throw new MachineError(error.message, { cause: error });
  }
  await requireKernel(podNetwork === "vxlan" ? [...KERNEL_FEATURES, VXLAN] : KERNEL_FEATURES);
}

/** Throws a {@link MachineError} on any other system, and where the user is not root. */
export function requireRootOnLinux(platform: string, user: number | undefined): void {
  if (platform !== "linux")
    throw new MachineError(
      "The laboratory is made of Linux network namespaces: run it on Linux; a virtual machine will do.",
    );
  if (user !== 0)
    throw new MachineError(
      "The laboratory makes network namespaces, which takes root: run the same command with sudo.",
    );
}

async function requireKernel(features: typeof KERNEL_FEATURES): Promise<void> {
  const script = features.map(
    ([feature, command]) => `${command} 2>/dev/null || { echo "${feature}"; exit; }`,
  );
  const { stdout } = await run("unshare", ["--net", "--mount", "sh", "-c", script.join("\n")], {
    env: { PATH },
    timeout: PROBE_TIMEOUT_MS,
  }).catch((cause: { stderr?: string } & Error) => {
    const said = cause.stderr?.trim().split("\n").at(-1) || cause.message;
    throw new MachineError(
      `A network namespace could not be made here (${said}): in a container, start that with --privileged.`,
      { cause },
    );
  });
  const lacking = stdout.trim();
  if (lacking !== "")
    throw new MachineError(
      `This machine's kernel has no ${lacking}: load the module, or use a kernel that has it (Debian's has).`,
    );
}
