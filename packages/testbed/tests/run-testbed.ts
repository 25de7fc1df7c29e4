import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../src/main.ts", import.meta.url));

interface RunOptions {
  /** Where its temporary files are. */
  readonly folder?: string;
  /** What is put before the command. */
  readonly before?: readonly string[];
}

/** The command line, `demo` or `lab` and what follows, as a process of its own. */
export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  readonly ended: Promise<{
    readonly code: number | null;
    readonly stdout: string;
    readonly stderr: string;
  }>;
}

export function runTestbed(
  words: readonly string[],
  { folder = tmpdir(), before = [] }: RunOptions = {},
): Running {
  const [file, ...args] = [...before, process.execPath, MAIN, ...words];
  const child = spawn(file!, args, {
    env: { ...process.env, TMPDIR: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  child.stdout.on("data", (data) => (said.stdout += String(data)));
  child.stderr.on("data", (data) => (said.stderr += String(data)));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, ...said }));
  return { child, said, ended };
}
