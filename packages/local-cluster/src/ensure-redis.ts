import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { LocalClusterError } from "./local-cluster-error.ts";

const run = promisify(execFile);

const INSTALL_TIMEOUT_MS = 180_000;

/** The machine as far as finding and installing goes. */
export interface Machine {
  readonly path: string;
  readonly isRoot: boolean;
  run(file: string, args: readonly string[], signal?: AbortSignal): Promise<unknown>;
}

const thisMachine = (): Machine => ({
  path: process.env.PATH ?? "",
  isRoot: process.getuid?.() === 0,
  run: (file, args, signal) =>
    run(file, args, {
      timeout: INSTALL_TIMEOUT_MS,
      signal,
      maxBuffer: 64 * 1024 * 1024,
      // Installed, not started: the package would start a server of its own on port 6379.
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    }),
});

/**
 * Where `redis-server` is: found on the PATH, or else installed with apt-get when this is root on Debian or
 * Ubuntu. Rejects with a {@link LocalClusterError} that says what to do.
 */
export async function findOrInstallRedis(
  signal?: AbortSignal,
  machine: Machine = thisMachine(),
): Promise<string> {
  const found = await find("redis-server", machine.path);
  if (found) return found;
  const aptGet = await find("apt-get", machine.path);
  if (!aptGet)
    throw new LocalClusterError(
      "redis-server is not on the PATH: install Redis 6 or newer (https://redis.io/docs/latest/operate/oss_and_stack/install/), then start again.",
    );
  if (!machine.isRoot)
    throw new LocalClusterError(
      "redis-server is not on the PATH: run `sudo apt-get update && sudo apt-get install -y redis-server`, then start again.",
    );
  try {
    await machine.run(aptGet, ["update"], signal);
    await machine.run(aptGet, ["install", "-y", "--no-install-recommends", "redis-server"], signal);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const { stderr } = cause as { stderr?: string };
    const said = stderr?.trim().split("\n").at(-1) ?? (cause as Error).message;
    throw new LocalClusterError(
      `redis-server is not on the PATH and apt-get could not install it (${said}): install it by hand, then start again.`,
      { cause },
    );
  }
  const installed = await find("redis-server", machine.path);
  if (installed) return installed;
  throw new LocalClusterError(
    "apt-get installed redis-server, but it is not on the PATH: add its folder to the PATH, then start again.",
  );
}

async function find(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((part) => part !== "")) {
    const file = join(folder, name);
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return undefined;
}

if (import.meta.main)
  await findOrInstallRedis().catch((error: unknown) => {
    if (!(error instanceof LocalClusterError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  });
