import { execFile } from "node:child_process";
import { Child } from "../../services/child-process.ts";
import { TestbedError } from "../../testbed-error.ts";

const SCRIPT_TIMEOUT_MS = 20_000;
/** Where Debian keeps `ip` and `nft`, which is not on everybody's PATH. */
export const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

/**
 * Every namespace starts so: loopback up, a router, no IPv6, bridged frames are not the IP filter's business, and each
 * refusal is told, not one in a second.
 */
const PREPARE = `
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
echo 0 > /proc/sys/net/ipv4/icmp_ratelimit
for what in all default; do
  echo 1 > /proc/sys/net/ipv6/conf/$what/disable_ipv6
  echo 0 > /proc/sys/net/ipv4/conf/$what/rp_filter
done
if [ -e /proc/sys/net/bridge ]; then echo 0 > /proc/sys/net/bridge/bridge-nf-call-iptables; fi
`;

/** Binds a file over /etc/resolv.conf, for all that runs in the mount namespace. */
export const bindResolvConf = (file: string) =>
  `mount --make-rprivate / && mount --bind '${file}' /etc/resolv.conf`;

/**
 * A network and mount namespace. It has no name: it is held by one sleeping process (a pod's "pause"), and is gone
 * with it, whatever ends that; so nothing is left of a laboratory that was killed.
 */
export class Namespace {
  readonly name: string;
  readonly pid: number;
  readonly #pause: Child | undefined;

  private constructor(name: string, pid: number, pause?: Child) {
    this.name = name;
    this.pid = pid;
    this.#pause = pause;
  }

  /** Makes one; with `resolvConf`, what runs in it finds that file as its /etc/resolv.conf. */
  static async create(name: string, logFolder: string, resolvConf?: string): Promise<Namespace> {
    const bind = resolvConf === undefined ? "" : bindResolvConf(resolvConf);
    const script = `${bind}${PREPARE}echo ready\nexec sleep infinity`;
    const pause = await Child.started(
      {
        file: "unshare",
        args: ["--net", "--mount", "sh", "-ec", script],
        env: { PATH },
        logFile: `${logFolder}/${name}.pause.log`,
      },
      `the namespace of ${name} could not be made`,
    );
    return new Namespace(name, pause.pid!, pause);
  }

  /** The one that this process is in. */
  static async own(name: string): Promise<Namespace> {
    const namespace = new Namespace(name, process.pid);
    await namespace.run(PREPARE);
    return namespace;
  }

  /** What is put before a command so that it runs within. */
  get within(): readonly string[] {
    return ["nsenter", `--target=${this.pid}`, "--net", "--mount", "--"];
  }

  /** Runs a shell script within; its first failing line ends it. Gives what it prints. Rejects with a {@link TestbedError}. */
  run(script: string): Promise<string> {
    const [file, ...args] = [...this.within, "sh", "-e"];
    return new Promise((resolve, reject) => {
      const child = execFile(
        file!,
        args,
        { env: { PATH }, timeout: SCRIPT_TIMEOUT_MS },
        (error, stdout, stderr) => {
          if (!error) return resolve(stdout);
          const said = stderr.trim().split("\n").slice(0, 3).join("; ") || error.message;
          reject(new TestbedError(`in the namespace of ${this.name}: ${said}`, { cause: error }));
        },
      );
      child.stdin!.on("error", () => {});
      child.stdin!.end(script);
    });
  }

  /** Ends it, and with it its interfaces. Processes within must be gone. Safe to call twice. */
  async remove(): Promise<void> {
    await this.#pause?.end(200);
  }
}
