import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listen } from "../sockets/listen.ts";
import { LabClient } from "./lab-client.ts";
import { TestbedError } from "../testbed-error.ts";
import { LAB_PREFIX, writeRecord } from "./lab-record.ts";
import type { LabOptions } from "./lab.ts";
import { removeLeftovers } from "./leftovers.ts";
import { requireMachine } from "./machine.ts";
import { PATH } from "./network/namespace.ts";
import type { PodNetworkKind } from "./network/node-network.ts";

interface StartLabOptions extends Omit<LabOptions, "folder" | "podNetwork"> {
  /** Default: `host-gateway`. */
  readonly podNetwork?: PodNetworkKind;
  /** netchecker's port on 127.0.0.1 of who starts it; 0, the default, takes a free one. */
  readonly port?: number;
  /** It goes on when who started it has ended; otherwise it ends with it. */
  readonly background?: boolean;
}

/** What a laboratory's process is started with. */
export interface LabProcessSpec extends Omit<LabOptions, "signal"> {
  /** Where netchecker's API is reached, from where the laboratory was started. */
  readonly url: string;
  /** Once it is up, it goes on without who started it. */
  readonly background: boolean;
}

/** What a laboratory's process says once: it is up, or why it has failed. */
export interface Started {
  /** A sentence for the user; or, of an error that nobody foresaw, its stack. */
  readonly failed?: string;
}

const LAB_PROCESS = fileURLToPath(new URL("lab-process.ts", import.meta.url));
const START_TIMEOUT_MS = 60_000;
const START_TIMEOUT_PER_NODE_MS = 5_000;
const END_TIMEOUT_MS = 30_000;

/**
 * Starts a laboratory in a process of its own, whose network is none of this machine's; only netchecker's API can be
 * reached from here. Rejects with a {@link TestbedError} that says what to do, or with the signal's reason; then, too,
 * nothing that it started is left.
 */
export async function startLab(options: StartLabOptions): Promise<LabClient> {
  const { podNetwork = "host-gateway", port = 0, background = false, signal, ...lab } = options;
  signal?.throwIfAborted();
  await requireMachine(podNetwork, signal);
  removeLeftovers();
  const listener = createServer((socket) => socket.destroy());
  const url = `http://127.0.0.1:${await listen(listener, "127.0.0.1", port)}`;
  const folder = mkdtempSync(join(tmpdir(), LAB_PREFIX));
  const child = forkLab({ ...lab, podNetwork, folder, url, background });
  try {
    writeRecord(folder, { pid: child.pid ?? 0, url, background });
    await handOver(listener, child);
    await untilReady(child, folder, lab.nodes, signal);
  } catch (error) {
    listener.close();
    await endChild(child);
    rmSync(folder, { recursive: true, force: true });
    throw signal?.aborted ? signal.reason : error;
  }
  if (background) child.disconnect();
  // Who started it may end; the channel's end tells the laboratory to end too.
  else child.channel?.unref();
  child.unref();
  return new LabClient(folder, { pid: child.pid!, url, background });
}

function forkLab(spec: LabProcessSpec): ChildProcess {
  const log = openSync(logFileIn(spec.folder), "a");
  try {
    return fork(LAB_PROCESS, [JSON.stringify(spec)], {
      execPath: "unshare",
      execArgv: ["--net", "--mount", "--", process.execPath],
      env: { PATH, TMPDIR: tmpdir() },
      // Out of reach of the terminal's Ctrl-C, and of its end.
      detached: true,
      stdio: ["ignore", log, log, "ipc"],
    });
  } finally {
    closeSync(log);
  }
}

const logFileIn = (folder: string) => join(folder, "lab.log");

/** From now on the laboratory accepts what comes to the socket, which stays in this network. */
async function handOver(listener: Server, child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.send("listener", listener, {}, (error) => (error ? reject(error) : resolve()));
  });
  listener.close();
}

async function untilReady(
  child: ChildProcess,
  folder: string,
  nodes: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const waiting = new AbortController();
  const timeoutMs = START_TIMEOUT_MS + nodes * START_TIMEOUT_PER_NODE_MS;
  const until = AbortSignal.any([waiting.signal, ...(signal ? [signal] : [])]);
  const failed = await Promise.race([
    once(child, "message", { signal: until }).then(([message]) => (message as Started).failed),
    once(child, "exit", { signal: until }).then(
      () => `the laboratory's process ended early: ${lastLines(folder)}`,
    ),
    sleep(timeoutMs, null, { signal: until }).then(
      () => `the laboratory was not up after ${timeoutMs / 1000} s; is the machine busy?`,
    ),
  ]).finally(() => waiting.abort());
  if (failed !== undefined) throw new TestbedError(failed);
}

/** Lets it tear down what it has made, and insists after a while. */
async function endChild(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const insist = setTimeout(() => child.kill("SIGKILL"), END_TIMEOUT_MS);
  await exited;
  clearTimeout(insist);
}

function lastLines(folder: string): string {
  const file = logFileIn(folder);
  const lines = existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  return lines.slice(-3).join("; ") || "it said nothing";
}
