import { execFile } from "node:child_process";
import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readStages, ROOT, type SERVICES, valuesOf } from "./dockerfile.ts";

type Service = (typeof SERVICES)[number];

/**
 * Lays out the files of a Dockerfile's last stage: Node, the libraries that Node loads, and the
 * build. It uses the Node that runs this process, wherever it is installed.
 */
export async function layOutImage(service: Service, folder: string): Promise<void> {
  const script = `mkdir -p "$2/app" "$2/proc" "$2/dev" && cp --parents -L $(ldd "$1" | grep -o '/[^ ]*') /etc/nsswitch.conf "$2"`;
  await promisify(execFile)("sh", ["-c", script, "sh", process.execPath, folder]);
  await mkdir(join(folder, "usr/local/bin"), { recursive: true });
  await cp(process.execPath, join(folder, "usr/local/bin/node"), { dereference: true });
  const [, source] = /^--from=build \/src\/(\S+) \/app\/$/.exec(await built(service))!;
  const target = source!.endsWith("/") ? "app" : "app/main.js";
  await cp(join(ROOT, source!), join(folder, target), { recursive: true });
}

/** The folder or file that the last stage copies from the build. */
async function built(service: Service): Promise<string> {
  const last = (await readStages(service)).at(-1)!;
  return valuesOf(last, "COPY").find((value) => value.startsWith("--from=build"))!;
}
