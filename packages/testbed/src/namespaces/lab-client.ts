import { rmSync } from "node:fs";
import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { ActiveFault } from "../faults/active-faults.ts";
import type { FaultSpec } from "../faults/fault.ts";
import { TestbedError } from "../testbed-error.ts";
import { isLabProcess, labFolders, type LabRecord, readRecord, socketIn } from "./lab-record.ts";
import type { LabState } from "./lab-state.ts";
import type { HeardReports } from "./report-tap.ts";

/** Longer than anything that a laboratory is asked to do may take. */
const ANSWER_TIMEOUT_MS = 90_000;
const DOWN_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 20;

/** A laboratory that is up, from outside. All that is asked of it may reject with a {@link TestbedError}. */
export class LabClient {
  readonly folder: string;
  /** netchecker's API. */
  readonly url: string;
  readonly pid: number;

  constructor(folder: string, { url, pid }: LabRecord) {
    this.folder = folder;
    this.url = url;
    this.pid = pid;
  }

  /** The laboratory that is up in the background; null where there is none. */
  static find(): LabClient | null {
    for (const folder of labFolders()) {
      const record = readRecord(folder);
      if (record?.background && isLabProcess(record.pid)) return new LabClient(folder, record);
    }
    return null;
  }

  state(): Promise<LabState> {
    return this.#ask("GET", "/state");
  }

  /** Resolves when it is in effect; if it fails, nothing of it is left. */
  break(spec: FaultSpec): Promise<ActiveFault> {
    return this.#ask("POST", "/break", spec);
  }

  /** Heals one fault, or all, the newest first. Gives their ids. */
  async heal(id?: string): Promise<string[]> {
    return (await this.#ask<{ healed: string[] }>("POST", "/heal", { id })).healed;
  }

  /** Resolves when its pods are ready. */
  async addNode(name: string): Promise<void> {
    await this.#ask("POST", "/nodes", { name });
  }

  async removeNode(name: string): Promise<void> {
    await this.#ask("DELETE", `/nodes/${encodeURIComponent(name)}`);
  }

  /** A rollout: the new pod is ready before the old one goes. Gives the new one's name. */
  async replacePod(node: string, workload: "ping" | "pong"): Promise<string> {
    const path = `/nodes/${encodeURIComponent(node)}/pods/${workload}/replace`;
    return (await this.#ask<{ pod: string }>("POST", path, {})).pod;
  }

  /** What agents published for a round; the first question begins the listening. */
  reports(round: number): Promise<HeardReports> {
    return this.#ask("GET", `/reports/${round}`);
  }

  /** Resolves when nothing of it is left. Safe to call twice. */
  async down(): Promise<void> {
    const deadline = Date.now() + DOWN_TIMEOUT_MS;
    // One that does not take commands (any more) may still take a signal.
    await this.#ask("POST", "/down", {}).catch(() => this.#signal("SIGTERM"));
    while (isLabProcess(this.pid)) {
      if (Date.now() > deadline) this.#signal("SIGKILL");
      await sleep(LOOK_EVERY_MS);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #signal(signal: NodeJS.Signals): void {
    if (isLabProcess(this.pid)) process.kill(this.pid, signal);
  }

  #ask<T>(method: string, path: string, body?: object): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(new TestbedError(`the laboratory does not answer: ${cause.message}`, { cause }));
      const asked = request(
        {
          socketPath: socketIn(this.folder),
          method,
          path,
          agent: false,
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
          headers: body && { "content-type": "application/json" },
        },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (part: string) => (text += part));
          response.on("error", fail);
          response.on("end", () => {
            if (response.statusCode === 200) return resolve(JSON.parse(text) as T);
            reject(new TestbedError((JSON.parse(text) as { message: string }).message));
          });
        },
      );
      asked.on("error", fail);
      asked.end(body && JSON.stringify(body));
    });
  }
}
