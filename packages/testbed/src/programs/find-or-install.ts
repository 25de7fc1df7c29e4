import { execFile } from "node:child_process";
import { access, constants } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { TestbedError } from "../testbed-error.ts";

const run = promisify(execFile);

const INSTALL_TIMEOUT_MS = 180_000;

/** A program, and where it comes from. */
export interface Program {
  readonly command: string;
  /** Debian's name of it. */
  readonly package: string;
  /** What to do where there is no apt-get: "install …". */
  readonly byHand: string;
}

/** The machine as far as finding and installing goes. */
export interface Machine {
  readonly path: string;
  readonly isRoot: boolean;
  run(file: string, args: readonly string[], signal?: AbortSignal): Promise<unknown>;
}

/** This machine, with the PATH that it has or another one. */
export const thisMachine = (path = process.env.PATH ?? ""): Machine => ({
  path,
  isRoot: process.getuid?.() === 0,
  run: (file, args, signal) =>
    run(file, args, {
      timeout: INSTALL_TIMEOUT_MS,
      signal,
      maxBuffer: 64 * 1024 * 1024,
      // Installed, not started: a package may want to start a server of its own, on a port that others use.
      env: { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" },
    }),
});

/**
 * Where a program is: found on the PATH, or else installed with apt-get when this is root on Debian or
 * Ubuntu. Rejects with a {@link TestbedError} that says what to do.
 */
export async function findOrInstall(
  program: Program,
  signal?: AbortSignal,
  machine: Machine = thisMachine(),
): Promise<string> {
  const { command } = program;
  const found = await findOnPath(command, machine.path);
  if (found) return found;
  const missing = `${command} is not on the PATH`;
  const aptGet = await findOnPath("apt-get", machine.path);
  if (!aptGet) throw new TestbedError(`${missing}: ${program.byHand}, then start again.`);
  if (!machine.isRoot)
    throw new TestbedError(
      `${missing}: run \`sudo apt-get update && sudo apt-get install -y ${program.package}\`, then start again.`,
    );
  const install = ["install", "-y", "--no-install-recommends", program.package];
  try {
    await machine.run(aptGet, ["update"], signal);
    await machine.run(aptGet, install, signal);
  } catch (cause) {
    if (signal?.aborted) throw signal.reason;
    const { stderr } = cause as { stderr?: string };
    const said = stderr?.trim().split("\n").at(-1) ?? (cause as Error).message;
    throw new TestbedError(
      `${missing} and apt-get could not install it (${said}): install it by hand, then start again.`,
      { cause },
    );
  }
  const installed = await findOnPath(command, machine.path);
  if (installed) return installed;
  throw new TestbedError(
    `apt-get installed ${program.package}, but ${missing}: add its folder to the PATH, then start again.`,
  );
}

/** A file that may be run. */
export async function findOnPath(name: string, path: string): Promise<string | undefined> {
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
