import { fileURLToPath } from "node:url";
import { Child } from "../services/child-process.ts";
import { type DnsManner, TRUTHFUL } from "./cluster-dns.ts";
import type { ServiceObject } from "./objects/service-object.ts";

const PROCESS = fileURLToPath(new URL("dns-process.ts", import.meta.url));

/** The cluster's DNS server in a process of its own, which can be ended and started again, and told how to answer. */
export class DnsServer {
  readonly #host: string;
  readonly #services: readonly ServiceObject[];
  readonly #logFile: string;
  #manner = TRUTHFUL;
  #child: Child | undefined;

  constructor(host: string, services: readonly ServiceObject[], folder: string) {
    this.#host = host;
    this.#services = services;
    this.#logFile = `${folder}/dns.log`;
  }

  get manner(): DnsManner {
    return this.#manner;
  }

  /** From now on, also over a stop and a start. */
  answer(manner: Partial<DnsManner>): void {
    this.#manner = { ...this.#manner, ...manner };
    this.#child?.send(this.#manner);
  }

  /** Resolves when it answers. Rejects with a TestbedError. */
  async start(): Promise<void> {
    this.#child = await Child.started(
      {
        file: process.execPath,
        args: [PROCESS, this.#host, JSON.stringify(this.#services)],
        env: {},
        logFile: this.#logFile,
        onMessage: () => {},
      },
      "the DNS server did not start",
    );
    this.#child.send(this.#manner);
  }

  /** Where it was, the kernel refuses. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#child?.end(500);
  }
}
