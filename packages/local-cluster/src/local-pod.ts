import { setPriority } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "./api-server/object-store.ts";
import { Child } from "./child-process.ts";
import {
  crash,
  isReady,
  podObject,
  type PodObject,
  run,
  schedule,
  terminate,
  type Workload,
} from "./objects/pod-object.ts";

export interface PodSpec {
  readonly workload: Workload;
  readonly namespace: string;
  readonly node: string;
  readonly ip: string;
  readonly hostIp: string;
  /** The bundle that it runs. */
  readonly bundle: string;
  /** Beside its name, node and address. */
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
}

/** A real process and the pod that the API server shows for it. */
export class LocalPod {
  readonly spec: PodSpec;
  readonly name: string;
  readonly #store: ObjectStore;
  #child: Child | undefined;

  /** Creates the pod, pending and on its node; its process is yet to start. */
  constructor(store: ObjectStore, spec: PodSpec) {
    this.#store = store;
    this.spec = spec;
    const pod = store.create("pods", podObject(spec.workload, spec.namespace, spec.node));
    this.name = pod.metadata.name;
    this.update((copy) => schedule(copy, spec.node));
  }

  /** The pod as the API server has it; undefined once it is deleted. */
  get object(): PodObject | undefined {
    return this.#store.get("pods", this.name, this.spec.namespace);
  }

  get ready(): boolean {
    return this.object !== undefined && isReady(this.object);
  }

  get running(): boolean {
    return this.#child?.running ?? false;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get logFile(): string {
    return join(this.spec.logFolder, `${this.name}.log`);
  }

  /** Its last words, one line, for an error message. */
  lastWords(): string {
    return this.#child?.lastWords() ?? "";
  }

  /** Starts its process, for the first time or again; its end is written to the pod as it happens. */
  start(): void {
    if (this.running) return;
    const { workload, bundle, env, ip, hostIp, node } = this.spec;
    const identity = { POD_NAME: this.name, NODE_NAME: node, POD_IP: ip, HOST: ip };
    const child = new Child({
      file: process.execPath,
      args: ["--max-semi-space-size=1", bundle],
      env: { ...env, ...identity },
      logFile: this.logFile,
    });
    this.#child = child;
    // Who asks lets those go first that answer, kube-proxy among them, which elsewhere is the kernel's work.
    if (workload === "ping" && child.pid !== undefined) setPriority(child.pid, 10);
    this.update((copy) => run(copy, ip, hostIp));
    void child.exited.then(({ code }) => {
      if (this.#child === child) this.update((copy) => crash(copy, code ?? 137));
    });
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child?.signal("SIGKILL");
    await this.#child?.exited;
  }

  /** Stops its process where it is: the kernel still accepts connections, nothing answers. */
  freeze(): void {
    this.#child?.signal("SIGSTOP");
  }

  thaw(): void {
    this.#child?.signal("SIGCONT");
  }

  /** Says that the pod is to end, as a deletion does first; its process lives on until {@link remove}. */
  terminate(): void {
    this.update((copy) => terminate(copy));
  }

  /** Ends the process and deletes the pod. Safe to call twice. */
  async remove(graceMs = 1_000): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.end(graceMs);
    if (this.object) this.#store.remove("pods", this.object);
  }

  update(change: (pod: PodObject) => void): void {
    if (this.object) this.#store.update<PodObject>("pods", this.object, change);
  }
}
