import { fileURLToPath } from "node:url";
import { Child } from "../../services/child-process.ts";
import { TestbedError } from "../../testbed-error.ts";

const PROCESS = fileURLToPath(new URL("dns-process.ts", import.meta.url));

/** How it answers. */
export interface DnsManner {
  /** Before each answer. */
  readonly delayMs: number;
  /** What it answers for the cluster's own names, instead of the truth. */
  readonly wrongAddress: string | null;
}

/** The cluster's DNS server: a process that can be ended and started again, and told how to answer. */
export class LabDns {
  readonly #host: string;
  readonly #logFile: string;
  #manner: DnsManner = { delayMs: 0, wrongAddress: null };
  #child: Child | undefined;

  constructor(host: string, folder: string) {
    this.#host = host;
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

  /** Resolves when it answers. Rejects with a {@link TestbedError}. */
  async start(): Promise<void> {
    const listening = Promise.withResolvers<void>();
    const child = new Child({
      file: process.execPath,
      args: [PROCESS, this.#host],
      env: {},
      logFile: this.#logFile,
      onMessage: () => listening.resolve(),
    });
    this.#child = child;
    await Promise.race([listening.promise, child.exited]);
    if (!child.running)
      throw new TestbedError(`the DNS server did not start: ${child.lastWords()}`);
    child.send(this.#manner);
  }

  /** Where it was, the kernel refuses. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#child?.end(500);
  }
}
