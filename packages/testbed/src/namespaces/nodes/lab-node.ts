import { ClusterNode } from "../../cluster/node.ts";
import { Pod } from "../../cluster/pod.ts";
import type { ObjectStore } from "../../kubernetes/api-server/object-store.ts";
import type { NodeController } from "../../kubernetes/node-controller.ts";
import { longAgo } from "../../kubernetes/objects/node-object.ts";
import type { Workload } from "../../kubernetes/objects/pod-object.ts";
import { BUNDLES } from "../../services/bundles.ts";
import { nodeIp, podIp } from "../network/addresses.ts";
import type { Fabric } from "../network/fabric.ts";
import { Namespace } from "../network/namespace.ts";
import {
  createNodeNetwork,
  createPodNetwork,
  type NodePlace,
  type PodNetworkKind,
} from "../network/node-network.ts";
import type { ApiEndpoint } from "./api-link.ts";
import { KubeletProcess } from "./kubelet-process.ts";
import { manifestEnvironment, NAMESPACE } from "./manifest-environment.ts";

/** What nodes have in common. */
export interface NodeSurroundings {
  readonly store: ObjectStore;
  readonly nodeController: NodeController;
  /** Where kubelets send their heartbeats. */
  readonly api: ApiEndpoint;
  readonly fabric: Fabric;
  readonly podNetwork: PodNetworkKind;
  readonly folder: string;
  readonly resolvConf: string;
}

/** A pod with a network namespace of its own, plugged into its node's bridge, and the real service in it. */
export type LabPod = Pod<Namespace>;

let ports = 0;

/** A node: a namespace with an uplink, a kubelet process in it, and a namespace for each of its pods. */
export class LabNode extends ClusterNode<LabPod> implements NodePlace {
  readonly index: number;
  readonly namespace: Namespace;
  readonly kubelet: KubeletProcess;
  /** It has no pods before {@link startPods}. */
  readonly pods = {} as Record<Workload, LabPod>;
  readonly #around: NodeSurroundings;
  #lastHost = 1;

  private constructor(name: string, index: number, namespace: Namespace, around: NodeSurroundings) {
    const { store, nodeController, api, folder } = around;
    super({ name, ip: nodeIp(index), joinedAt: longAgo() }, store, nodeController);
    this.index = index;
    this.namespace = namespace;
    this.#around = around;
    const { heartbeatMs } = nodeController.times;
    this.kubelet = new KubeletProcess(store, {
      node: name,
      ip: this.ip,
      within: namespace.within,
      api,
      heartbeatMs,
      logFile: `${folder}/${name}.kubelet.log`,
    });
  }

  /** Makes the node, without pods. */
  static async create(name: string, index: number, around: NodeSurroundings): Promise<LabNode> {
    const namespace = await Namespace.create(name, around.folder);
    await createNodeNetwork({ name, index, namespace }, around.fabric, around.podNetwork);
    const node = new LabNode(name, index, namespace, around);
    try {
      await node.startKubelet();
    } catch (error) {
      await node.remove();
      throw error;
    }
    return node;
  }

  /** Starts its pods, which are yet to become ready. */
  async startPods(): Promise<void> {
    await Promise.all([this.startPod("pong"), this.startPod("ping")]);
  }

  /** Starts a pod with an address of its own, in the place of the one before, which is the caller's to remove. */
  async startPod(workload: Workload): Promise<LabPod> {
    const { folder, resolvConf } = this.#around;
    const { name: node, ip: hostIp } = this;
    const ip = podIp(this.index, (this.#lastHost += 1));
    const port = `pod${(ports += 1)}`;
    const name = `${node}.${workload}.${port}`;
    const pod = new Pod(this.store, {
      workload,
      namespace: NAMESPACE,
      node,
      ip,
      hostIp,
      bundle: BUNDLES[workload],
      env: (podName) => manifestEnvironment(workload, { name: podName, node, ip }),
      network: await createPodNetwork(this, { name, ip, port, logFolder: folder, resolvConf }),
      logFolder: folder,
    });
    await pod.start();
    this.pods[workload] = pod;
    this.kubelet.watch(pod);
    return pod;
  }

  /** The kubelet's heartbeat has arrived. After a silence the kubelet also writes how the node is. */
  heartbeat(): void {
    this.kubelet.heard();
    if (this.readiness === "Unknown") this.post();
  }

  /** A kubelet that is not heard writes nothing before its next heartbeat arrives. */
  protected override get canPost(): boolean {
    return super.canPost && this.readiness !== "Unknown";
  }

  protected async removeNetwork(): Promise<void> {
    this.kubelet.forget();
    await this.namespace.remove();
  }
}
