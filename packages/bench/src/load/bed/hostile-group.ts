import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { HostileJob, HostileReport } from "../clients/hostile.ts";

const HOSTILE = fileURLToPath(new URL("../clients/hostile.ts", import.meta.url));

/** A separate process that sends hostile messages. */
export class HostileGroup {
  readonly done: Promise<HostileReport>;

  constructor(job: HostileJob) {
    const child = fork(HOSTILE, [JSON.stringify(job)]);
    this.done = new Promise((resolve, reject) => {
      child.once("message", (message) => resolve(message as HostileReport));
      child.once("exit", (code) =>
        reject(new Error(`the sender of hostile messages ended with ${code}`)),
      );
    });
    this.done.catch(() => {});
  }
}
