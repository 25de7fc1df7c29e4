import { type ChildProcess, spawn, spawnSync, type StdioOptions } from "node:child_process";
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { TestbedError } from "../testbed-error.ts";

export interface ChildOptions {
  /** Words that stand before the command, so that it runs elsewhere, for example in a namespace. */
  readonly within?: readonly string[];
  readonly file: string;
  readonly args: readonly string[];
  /** All of its environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Takes its stdout and stderr. */
  readonly logFile: string;
  /** Gets each line of its stdout too. */
  readonly onLine?: (line: string) => void;
  /** Opens a channel to a Node process, and gets what it sends. */
  readonly onMessage?: (message: unknown) => void;
}

/** How a process ended: a code, or the signal that ended it. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

interface UpOptions {
  /** The error's message begins with this when the process does not come up. */
  readonly failure: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const LOOK_EVERY_MS = 20;

const alive = new Set<ChildProcess>();

// Whatever way this process ends, short of a SIGKILL, its children end with it.
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

/**
 * Linux can end a child with its parent, even a SIGKILLed one; `setpriv` of util-linux asks for it. Where
 * that is missing, a SIGKILL of the parent leaves its children behind.
 */
let withParent: readonly string[] | undefined;
function endingWithParent(): readonly string[] {
  const prefix = ["setpriv", "--pdeathsig", "KILL", "--"];
  withParent ??= spawnSync(prefix[0]!, [...prefix.slice(1), "true"]).status === 0 ? prefix : [];
  return withParent;
}

/** A process of a testbed. It is out of reach of the terminal's Ctrl-C: only the testbed ends it. */
export class Child {
  readonly exited: Promise<Exit>;
  readonly #process: ChildProcess;
  readonly #logFile: string;

  constructor({ within = [], file, args, env, logFile, onLine, onMessage }: ChildOptions) {
    const words = [...endingWithParent(), ...within, file, ...args];
    const [command, ...rest] = words as [string, ...string[]];
    this.#logFile = logFile;
    const log = openSync(logFile, "a");
    const stdout = onLine ? "pipe" : log;
    const stdio: StdioOptions = ["ignore", stdout, log, ...(onMessage ? ["ipc" as const] : [])];
    this.#process = spawn(command, rest, { env, detached: true, stdio });
    if (onMessage) this.#process.on("message", onMessage);
    closeSync(log);
    if (onLine)
      createInterface(this.#process.stdout!).on("line", (line) => {
        appendFileSync(logFile, `${line}\n`);
        onLine(line);
      });
    alive.add(this.#process);
    this.exited = new Promise((resolve) => {
      const end = (exit: Exit) => {
        alive.delete(this.#process);
        resolve(exit);
      };
      this.#process.once("error", () => end({ code: 127, signal: null }));
      this.#process.once("exit", (code, signal) => end({ code, signal }));
    });
  }

  /**
   * Starts a process and resolves when it has said something: its first message where it has a channel, else its first line.
   * Rejects with a {@link TestbedError} when the process ends before; the message is `failure` and the process's last words.
   */
  static async started(options: ChildOptions, failure: string): Promise<Child> {
    const up = Promise.withResolvers<void>();
    const { onLine, onMessage } = options;
    const child = new Child({
      ...options,
      ...(onMessage
        ? { onMessage: (message) => (up.resolve(), onMessage(message)) }
        : { onLine: (line) => (up.resolve(), onLine?.(line)) }),
    });
    await Promise.race([up.promise, child.exited]);
    if (!child.running) throw new TestbedError(`${failure}: ${child.lastWords()}`);
    return child;
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get running(): boolean {
    return alive.has(this.#process);
  }

  /** Sends a signal; to one that has ended it does nothing. */
  signal(signal: NodeJS.Signals): void {
    if (this.running) this.#process.kill(signal);
  }

  /** Says something over its channel; to one that has ended it does nothing. */
  send(message: object): void {
    if (this.#process.connected) this.#process.send(message, () => {});
  }

  /** Resolves when `isUp` gives true. Rejects with a {@link TestbedError} when the process ends before that or takes too long. */
  async isUpWhen(
    isUp: () => Promise<boolean>,
    { failure, timeoutMs, signal }: UpOptions,
  ): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!(await isUp())) {
      signal?.throwIfAborted();
      if (!this.running || Date.now() > deadline)
        throw new TestbedError(`${failure}; its last words: ${this.lastWords()}`);
      await sleep(LOOK_EVERY_MS, null, { signal });
    }
  }

  /** Asks it to end, insists after `graceMs`, and resolves when it is gone. */
  async end(graceMs: number): Promise<Exit> {
    this.signal("SIGTERM");
    // One that is stopped would only hear it when it goes on.
    this.signal("SIGCONT");
    const patience = new AbortController();
    void sleep(graceMs, null, { signal: patience.signal }).then(
      () => this.signal("SIGKILL"),
      () => {},
    );
    const exit = await this.exited;
    patience.abort();
    return exit;
  }

  /** Its last words, one line, for an error message. */
  lastWords(): string {
    const lines = readFileSync(this.#logFile, "utf8").trim().split("\n");
    return (lines.at(-1) ?? "").slice(0, 500);
  }
}
