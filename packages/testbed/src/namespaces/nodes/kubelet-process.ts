import { fileURLToPath } from "node:url";
import type { NodeKubelet } from "../../cluster/node.ts";
import type { Pod } from "../../cluster/pod.ts";
import type { ObjectStore } from "../../kubernetes/api-server/object-store.ts";
import { Child } from "../../services/child-process.ts";
import { Restartable } from "../../services/restartable.ts";
import type { ApiEndpoint } from "./api-link.ts";

const MAIN = fileURLToPath(new URL("kubelet-main.ts", import.meta.url));

/** What the kubelet's process hears of one of its pods. A pod without an address is gone. */
export interface PodNews {
  readonly pod: string;
  readonly ip: string | null;
  readonly running: boolean;
  readonly ready: boolean;
}

/** The kubelet's process hears of its pods, or whether it is to notice what becomes of them. */
export type ToKubelet = PodNews | { readonly probing: boolean };

export type FromKubelet =
  | { readonly listening: true }
  | { readonly pod: string; readonly ready: boolean };

interface KubeletSpec {
  readonly node: string;
  readonly ip: string;
  readonly within: readonly string[];
  readonly api: ApiEndpoint;
  readonly heartbeatMs: number;
  readonly logFile: string;
}

/** A kubelet in a process of its own. It hears of its pods from here, and tells whether they are ready. */
export class KubeletProcess extends Restartable implements NodeKubelet {
  readonly #spec: KubeletSpec;
  readonly #pods = new Map<string, Pod>();
  readonly #told = new Map<string, string>();
  readonly #unsubscribe: () => void;
  #heardAt = Date.now();

  constructor(store: ObjectStore, spec: KubeletSpec) {
    super();
    this.#spec = spec;
    this.#unsubscribe = store.onChange(() => this.#tell());
  }

  get heartbeatAt(): number {
    return this.#heardAt;
  }

  /** A heartbeat has arrived at the API server. */
  heard(): void {
    this.#heardAt = Date.now();
  }

  async start(): Promise<void> {
    if (this.running) return;
    const { node, ip, within, api, heartbeatMs, logFile } = this.#spec;
    this.child = await Child.started(
      {
        within,
        file: process.execPath,
        args: [MAIN, node, ip, api.host, String(api.port), String(heartbeatMs)],
        env: {},
        logFile,
        onMessage: (message) => this.#hear(message as FromKubelet),
      },
      `the kubelet of ${node} did not start`,
    );
    this.#told.clear();
    this.#tell();
  }

  async stop(): Promise<void> {
    await this.kill();
  }

  watch(pod: Pod): void {
    this.#pods.set(pod.name, pod);
    this.#tell();
  }

  /** Whether the kubelet notices what becomes of its pods. The heartbeat goes on. A new start makes it notice again. */
  notice(probing: boolean): void {
    this.#send({ probing });
  }

  /** Tells the kubelet nothing more of its pods. */
  forget(): void {
    this.#unsubscribe();
  }

  #tell(): void {
    if (!this.running) return;
    for (const [name, pod] of this.#pods) {
      const ip = pod.exists ? pod.ip : null;
      const news: PodNews = { pod: name, ip, running: pod.running, ready: pod.ready };
      const text = JSON.stringify(news);
      if (this.#told.get(name) !== text) this.#send(news);
      this.#told.set(name, text);
      if (!pod.exists) this.#pods.delete(name);
    }
  }

  #send(message: ToKubelet): void {
    this.child?.send(message);
  }

  #hear(message: FromKubelet): void {
    if ("listening" in message) return;
    const pod = this.#pods.get(message.pod);
    if (pod?.running) pod.setReady(message.ready);
  }
}
