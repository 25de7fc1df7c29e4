import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ClientsJob, ClientsReport } from "../clients/clients.ts";

const CLIENTS = fileURLToPath(new URL("../clients/clients.ts", import.meta.url));

/** Clients in a separate process, which no service's limits include. */
export class ClientGroup {
  readonly #process: ChildProcess;
  readonly #report: Promise<ClientsReport>;

  constructor(job: ClientsJob) {
    this.#process = fork(CLIENTS, [JSON.stringify(job)]);
    this.#report = new Promise((resolve, reject) => {
      this.#process.once("message", (message) => resolve(message as ClientsReport));
      this.#process.once("exit", (code) => reject(new Error(`the clients ended with ${code}`)));
    });
    this.#report.catch(() => {});
  }

  /** Ends the clients. Readers that were not yet served get `graceMs` more. */
  async finish(graceMs: number): Promise<ClientsReport> {
    if (this.#process.connected) this.#process.send({ graceMs });
    try {
      return await this.#report;
    } finally {
      this.#process.kill();
    }
  }
}
