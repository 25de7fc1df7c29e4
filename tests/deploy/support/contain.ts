import { spawn } from "node:child_process";
import { cgroupFault, LimitedCgroup } from "@netchecker/testbed/services/limited-cgroup";

/** Why nothing can be contained here, in a sentence; null where it can. */
export const containFault = cgroupFault;

export interface Containment {
  /** The folder that is to be its whole file system, read-only. */
  readonly root: string;
  readonly user: number;
  readonly cpuMillis: number;
  readonly memoryBytes: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** In a mount namespace of its own: the folder read-only, and what a container runtime adds to an image. */
const ENTER = `
root=$1 user=$2; shift 2
mount --bind "$root" "$root" && mount --bind /dev "$root/dev" && mount -t proc proc "$root/proc" &&
mount -o remount,bind,ro "$root" && cd "$root" &&
exec setpriv --no-new-privs chroot --userspec="$user:$user" --groups= "$root" "$@"`;

/** Runs a command as a container would run; at its end, says how on stdout, as JSON. A SIGTERM is handed on. */
function contain({ root, user, cpuMillis, memoryBytes, command, env }: Containment): void {
  const cgroup = new LimitedCgroup({ cpuMillis, memoryBytes }, `netchecker-test-${process.pid}`);
  const enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", ENTER, "sh"];
  const [file, ...args] = [...cgroup.within, ...enter, root, `${user}`, ...command] as [
    string,
    ...string[],
  ];
  const child = spawn(file, args, { env: { ...env, PATH: process.env["PATH"] } });
  process.once("SIGTERM", () => child.kill("SIGTERM"));
  // Who started this is gone, whatever way: then so is what runs in it.
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
