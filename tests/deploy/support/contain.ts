import { spawn } from "node:child_process";
import { cgroupFault, LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";

/** Why this machine cannot contain a process, in a sentence. Null if it can. */
export const containFault = cgroupFault;

export interface Containment {
  /** The folder that becomes its whole file system, read-only. */
  readonly root: string;
  readonly user: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs in a mount namespace of its own: makes the folder read-only and adds the mounts that a
 * container runtime adds.
 */
const ENTER = `
root=$1 user=$2; shift 2
mount --bind "$root" "$root" && mount --bind /dev "$root/dev" && mount -t proc proc "$root/proc" &&
mount -o remount,bind,ro "$root" && cd "$root" &&
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups= "$root" "$@"`;

/**
 * Runs a command like a container runtime does. At its end it prints the result as JSON. It
 * forwards SIGTERM.
 */
function contain({ root, user, cpuMillis, memoryBytes, command, env }: Containment): void {
  const cgroup = new LimitedCgroup({ cpuMillis, memoryBytes }, `netchecker-test-${process.pid}`);
  const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh"];
  const [file, ...args] = [...cgroup.within, ...enter, root, `${user}`, ...command] as [
    string,
    ...string[],
  ];
  const child = spawn(file, args, { env: { ...env, PATH: process.env["PATH"] } });
  process.once("SIGTERM", () => child.kill("SIGTERM"));
  // If the process that started this one is gone, the command must end too.
  process.once("disconnect", () => child.kill("SIGKILL"));
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (text: Buffer) => (said += text.toString()));
  child.once("close", (code, signal) => {
    const peakBytes = cgroup.peakMemoryBytes();
    cgroup.remove();
    console.log(JSON.stringify({ code, signal, peakBytes, said }));
    process.disconnect?.();
  });
}

if (import.meta.main) contain(JSON.parse(process.argv[2]!) as Containment);
