import { fork, spawnSync } from "node:child_process";
import { notMeasured, type Row } from "./table.ts";

/** Has no name, so it is gone with the last process in it, whatever ends that. */
const UNSHARE =
  process.getuid?.() === 0 ? ["--net", "--"] : ["--user", "--map-root-user", "--net", "--"];
/** Where Debian keeps `ip` and `nft`, which is not on everybody's PATH. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;

const TRY = `command -v ip > /dev/null || exit 10
command -v nft > /dev/null || exit 11
ip link set lo up && nft add table ip bench`;

/** Why there is no network namespace with nftables here, in a sentence; null where there is one. */
function namespaceFault(): string | null {
  const { status, error } = spawnSync("unshare", [...UNSHARE, "sh", "-c", TRY], {
    env: { PATH },
  });
  if (error) return "this needs unshare: install util-linux on Linux";
  if (status === 10) return "this needs ip: apt-get install -y iproute2";
  if (status === 11) return "this needs nft: apt-get install -y nftables";
  return status === 0 ? null : "this needs root, to make a network namespace with nftables";
}

/** Runs a script in a network namespace of its own and gives the rows that it sends. Rejects when it sends none. */
function rowsFromNamespace(script: URL, ...args: string[]): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const child = fork(script, args, {
      execPath: "unshare",
      execArgv: [...UNSHARE, process.execPath],
      env: { ...process.env, PATH },
    });
    child.once("message", (rows) => resolve(rows as Row[]));
    child.once("error", reject);
    child.once("exit", (code, signal) =>
      reject(new Error(`the part in the namespace ended with ${signal ?? code}`)),
    );
  });
}

/** One agent where packets are lost without a word, in a network namespace with nftables. */
export async function benchSilentNetwork(part: "dropped" | "no-way-out"): Promise<Row[]> {
  const fault = namespaceFault();
  return fault
    ? [notMeasured(`agent, ${part}`, fault)]
    : rowsFromNamespace(new URL("./silent-network.ts", import.meta.url), part);
}
