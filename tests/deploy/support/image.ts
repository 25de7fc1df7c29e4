import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ROOT } from "./dockerfile.ts";

/**
 * Lays out what the last stage of a Dockerfile holds: Node, the libraries that it loads, the bundle. Here
 * Node is the one that runs this, from wherever it is installed.
 */
export async function layOutImage(service: string, folder: string): Promise<void> {
  const script = `mkdir -p "$2/app" "$2/proc" "$2/dev" && cp --parents -L $(ldd "$1" | grep -o '/[^ ]*') /etc/nsswitch.conf "$2"`;
  await promisify(execFile)("sh", ["-c", script, "sh", process.execPath, folder]);
  await mkdir(join(folder, "usr/local/bin"), { recursive: true });
  await cp(process.execPath, join(folder, "usr/local/bin/node"), { dereference: true });
  await cp(join(ROOT, `packages/${service}/dist/main.js`), join(folder, "app/main.js"));
}
