import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/commands/lab.ts", import.meta.url));

interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line as a process of its own, whose laboratories are in `folder` and nobody else's. */
export function runLab(
  folder: string,
  args: readonly string[],
  before: readonly string[] = [],
): { readonly child: ChildProcess; readonly ended: Promise<Said> } {
  const [file, ...rest] = [...before, process.execPath, MAIN, ...args];
  const child = spawn(file!, rest, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (said.stdout += String(data)));
  child.stderr.on("data", (data) => (said.stderr += String(data)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...said }));
  return { child, ended };
}
