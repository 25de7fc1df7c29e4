import { setPriority } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "../kubernetes/api-server/object-store.ts";
import { Child } from "../services/child-process.ts";
import { Restartable } from "../services/restartable.ts";
import { TestbedError } from "../testbed-error.ts";
import { waitForStore } from "../kubernetes/wait-for-store.ts";
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

/** The network that a pod's process runs in. */
export interface PodNetwork {
  /** Words that stand before the process's command, so that it runs in this network. Default: this machine's own. */
  readonly within?: readonly string[];
  /** The pod calls this when its process has started. Rejects with a {@link TestbedError}. */
  open?(): Promise<void>;
  /** The pod calls this when its process has ended. It is safe to call twice. */
  close?(): Promise<void>;
  /** The pod calls this when it is removed. It is safe to call twice. */
  remove?(): Promise<void>;
}

export interface PodSpec<Network extends PodNetwork = PodNetwork> {
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
  readonly network: Network;
  /** Words that stand before its process's command, for example so that it runs in a cgroup. */
  readonly within?: readonly string[] | undefined;
  readonly logFolder: string;
}

/** A real process and the pod that the API server shows for it. */
export class Pod<Network extends PodNetwork = PodNetwork> extends Restartable {
  readonly spec: PodSpec<Network>;
  readonly name: string;
  /** Variables that the process gets in addition to those of the spec, from its next start on. */
  extraEnv: Readonly<Record<string, string>> = {};
  readonly #store: ObjectStore;

  /** Creates the pod, pending and on its node; its process is yet to start. */
  constructor(store: ObjectStore, spec: PodSpec<Network>) {
    super();
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

  get ip(): string {
    return this.spec.ip;
  }

  get network(): Network {
    return this.spec.network;
  }

  get exists(): boolean {
    return this.object !== undefined;
  }

  get logFile(): string {
    return join(this.spec.logFolder, `${this.name}.log`);
  }

  /**
   * Starts its process, for the first time or again; its end is written to the pod as it happens. Rejects as its network's
   * {@link PodNetwork.open} does.
   */
  async start(): Promise<void> {
    if (this.running) return;
    const { workload, bundle, env, ip, hostIp, ipv6, network } = this.spec;
    const inNetwork = network.within ?? [];
    const child = new Child({
      within: [...inNetwork, ...(this.spec.within ?? [])],
      file: process.execPath,
      args: ["--max-semi-space-size=1", bundle],
      env: { ...env(this.name), ...this.extraEnv },
      logFile: this.logFile,
    });
    this.child = child;
    // On one network stack, who asks lets those go first that answer, kube-proxy among them, which elsewhere is the kernel's work.
    if (workload === "ping" && inNetwork.length === 0 && child.pid !== undefined)
      setPriority(child.pid, 10);
    this.update((copy) => run(copy, ip, hostIp, ipv6));
    void child.exited.then(({ code }) => {
      if (this.child !== child) return;
      this.update((copy) => crash(copy, code ?? 137));
      void network.close?.();
    });
    await network.open?.();
  }

  /** `kill -9`, and Kubernetes does not notice: the pod stays as it is. */
  async killUnnoticed(): Promise<void> {
    const child = this.child;
    this.child = undefined;
    child?.signal("SIGKILL");
    await child?.exited;
    await this.network.close?.();
  }

  /** Ends its process, as a kubelet does that shuts its node down in good order: the pod stays, failed. */
  async endByShutdown(graceMs = 1_000): Promise<void> {
    const child = this.child;
    this.child = undefined;
    await child?.end(graceMs);
    await this.network.close?.();
    this.update(endByShutdown);
  }

  /** Its object was deleted: its process ends. */
  end(): void {
    void this.remove();
  }

  /** Says that the pod is to end, as a deletion does first; its process lives on until {@link remove}. */
  terminate(): void {
    this.update((copy) => terminate(copy));
  }

  setReady(ready: boolean): void {
    this.update((copy) => setReady(copy, ready));
  }

  /** Ends the process and deletes the pod; its network is gone too. Safe to call twice. */
  async remove(graceMs = 1_000): Promise<void> {
    const child = this.child;
    this.child = undefined;
    await child?.end(graceMs);
    await this.network.close?.();
    if (this.object) this.#store.remove("pods", this.object);
    await this.network.remove?.();
  }

  update(change: (pod: PodObject) => void): void {
    if (this.object) this.#store.update<PodObject>("pods", this.object, change);
  }
}

const READY_WITHIN_MS = 30_000;

/** Resolves when all of the pods are ready. Rejects with a {@link TestbedError} when one ends before, or takes too long. */
export async function podsReady(
  store: ObjectStore,
  pods: readonly Pod[],
  signal?: AbortSignal,
): Promise<void> {
  await waitForStore(
    store,
    () => pods.every((pod) => pod.ready) || pods.some((pod) => !pod.running),
    {
      timeoutMs: READY_WITHIN_MS,
      what: `${pods.map(({ name }) => name).join(" and ")} to be ready`,
      signal,
    },
  );
  const ended = pods.find((pod) => !pod.running);
  if (ended)
    throw new TestbedError(
      `${ended.name} on ${ended.spec.node} ended before it was ready; its last words: ${ended.lastWords()}`,
    );
}
