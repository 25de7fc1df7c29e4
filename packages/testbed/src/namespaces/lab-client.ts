import { rmSync } from "node:fs";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { TestbedError } from "../testbed-error.ts";
import type { Asked, LabCommands } from "./lab-commands.ts";
import { isLabProcess, labFolders, type LabRecord, readRecord, socketIn } from "./lab-record.ts";

/** Longer than anything that a laboratory is asked to do may take. */
const ANSWER_TIMEOUT_MS = 90_000;
const DOWN_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 20;

/** A laboratory that is up, from outside. */
export class LabClient implements AsyncDisposable {
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

  /** The laboratory that is up in the background. Throws a {@link TestbedError} where there is none. */
  static mustFind(): LabClient {
    const lab = LabClient.find();
    if (!lab) throw new TestbedError("No laboratory is up: `pnpm lab up` starts one.");
    return lab;
  }

  /** Has it do one of its commands. Rejects with a {@link TestbedError} that says why it cannot. */
  ask<Name extends keyof LabCommands>(
    name: Name,
    ...args: Parameters<LabCommands[Name]>
  ): Promise<Awaited<ReturnType<LabCommands[Name]>>> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) =>
        reject(new TestbedError(`the laboratory does not answer: ${cause.message}`, { cause }));
      const signal = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const to = { socketPath: socketIn(this.folder), method: "POST", agent: false, signal };
      const asked = request(to, (response) => {
        text(response).then((answer) => {
          if (response.statusCode === 200) resolve(JSON.parse(answer));
          else reject(new TestbedError(answer));
        }, fail);
      });
      asked.on("error", fail);
      asked.end(JSON.stringify({ name, args } satisfies Asked));
    });
  }

  /** Resolves when nothing of it is left. Safe to call twice. */
  async down(): Promise<void> {
    const deadline = Date.now() + DOWN_TIMEOUT_MS;
    this.#signal("SIGTERM");
    while (isLabProcess(this.pid)) {
      if (Date.now() > deadline) this.#signal("SIGKILL");
      await sleep(LOOK_EVERY_MS);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.down();
  }

  #signal(signal: NodeJS.Signals): void {
    if (isLabProcess(this.pid)) process.kill(this.pid, signal);
  }
}
