import { setPriority } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { Child } from "./child-process.ts";
import { POD_PORT } from "../kubernetes/kubelet.ts";
import {
  crash,
  endByShutdown,
  isReady,
  podObject,
  type PodObject,
  run,
  schedule,
  setReady,
  terminate,
  type Workload,
} from "../kubernetes/objects/pod-object.ts";
import { TcpProxy } from "../sockets/tcp-proxy.ts";

export interface PodSpec {
  readonly workload: Workload;
  readonly namespace: string;
  readonly node: string;
  readonly ip: string;
  readonly hostIp: string;
  /** Its and its node's second addresses, in a dual-stack cluster. */
  readonly ipv6?: { readonly pod: string; readonly host: string } | undefined;
  /** The bundle that it runs. */
  readonly bundle: string;
  /** The environment of a pod of that name. */
  readonly env: (podName: string) => Readonly<Record<string, string>>;
  /** What is put before its command, so that it runs in a namespace of its own. */
  readonly within?: readonly string[];
  readonly logFolder: string;
}

/** A real process and the pod that the API server shows for it. */
export class LocalPod {
  readonly spec: PodSpec;
  readonly name: string;
  readonly #store: ObjectStore;
  /**
   * What a CNI does: it gives the pod its second address. There is no network namespace here and a process listens on
   * one address only, so that this one is passed on to the other; pong takes this cluster for its `caller` then.
   */
  readonly #ipv6: TcpProxy | undefined;
  #child: Child | undefined;

  /** Creates the pod, pending and on its node; its process is yet to start. */
  constructor(store: ObjectStore, spec: PodSpec) {
    this.#store = store;
    this.spec = spec;
    const { ip, ipv6 } = spec;
    const own = { host: ip, port: POD_PORT };
    this.#ipv6 = ipv6 && new TcpProxy({ host: ipv6.pod, port: POD_PORT }, () => own);
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

  get ip(): string {
    return this.spec.ip;
  }

  get exists(): boolean {
    return this.object !== undefined;
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

  /**
   * Starts its process, for the first time or again; its end is written to the pod as it happens. Rejects with a
   * TestbedError when its IPv6 address is taken.
   */
  async start(): Promise<void> {
    if (this.running) return;
    const { workload, bundle, env, ip, hostIp, ipv6, within = [] } = this.spec;
    const [file, ...args] = [...within, process.execPath, "--max-semi-space-size=1", bundle];
    const child = new Child({ file: file!, args, env: env(this.name), logFile: this.logFile });
    this.#child = child;
    // On one network stack, who asks lets those go first that answer, kube-proxy among them, which elsewhere is the kernel's work.
    if (workload === "ping" && within.length === 0 && child.pid !== undefined)
      setPriority(child.pid, 10);
    this.update((copy) => run(copy, ip, hostIp, ipv6));
    void child.exited.then(({ code }) => {
      if (this.#child !== child) return;
      this.update((copy) => crash(copy, code ?? 137));
      // Where no process listens, both addresses refuse.
      void this.#ipv6?.close();
    });
    await this.#ipv6?.open();
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    this.#child?.signal("SIGKILL");
    await this.#child?.exited;
  }

  /** `kill -9`, and Kubernetes does not notice: the pod stays as it is. */
  async killUnnoticed(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.signal("SIGKILL");
    await child?.exited;
    await this.#ipv6?.close();
  }

  /** Ends its process, as a kubelet does that shuts its node down in good order: the pod stays, failed. */
  async endByShutdown(graceMs = 1_000): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.end(graceMs);
    await this.#ipv6?.close();
    this.update(endByShutdown);
  }

  /** Its object was deleted: its process ends. */
  end(): void {
    void this.remove();
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

  setReady(ready: boolean): void {
    this.update((copy) => setReady(copy, ready));
  }

  /** Ends the process and deletes the pod. Safe to call twice. */
  async remove(graceMs = 1_000): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.end(graceMs);
    await this.#ipv6?.close();
    if (this.object) this.#store.remove("pods", this.object);
  }

  update(change: (pod: PodObject) => void): void {
    if (this.object) this.#store.update<PodObject>("pods", this.object, change);
  }
}
