import { join } from "node:path";
import { Cluster, type ClusterParts, startOn } from "../cluster/cluster.ts";
import { inBatches, startControlPlane } from "../cluster/control-plane.ts";
import { podsReady } from "../cluster/pod.ts";
import { BrokenThings } from "../faults/broken-things.ts";
import { speedFor } from "../kubernetes/control-plane-times.ts";
import { ClusterDns, NO_UPSTREAM } from "../kubernetes/cluster-dns.ts";
import { KubeProxy } from "../kubernetes/kube-proxy.ts";
import type { Workload } from "../kubernetes/objects/pod-object.ts";
import { BUNDLES, requireBundles } from "../services/bundles.ts";
import { NetcheckerProcess } from "../services/netchecker-process.ts";
import { TestbedError } from "../testbed-error.ts";
import { CLUSTER_SERVICES, CONTROL_ENDPOINTS } from "./cluster-services.ts";
import {
  CLUSTER_IP,
  CONTROL,
  GATEWAY,
  MAX_NODE_INDEX,
  OUTSIDE,
  UNDERLAY_PREFIX,
} from "./network/addresses.ts";
import { Fabric } from "./network/fabric.ts";
import { NodeRules } from "./network/kube-proxy-rules.ts";
import { Namespace } from "./network/namespace.ts";
import {
  connectNodes,
  forgetNode,
  type NodePlace,
  type PodNetworkKind,
  vxlanDevice,
} from "./network/node-network.ts";
import { Outside } from "./network/outside.ts";
import { Heartbeats } from "./nodes/api-link.ts";
import { LabNode, type NodeSurroundings } from "./nodes/lab-node.ts";
import { manifestEnvironment, NAMESPACE, redisPrefix } from "./nodes/manifest-environment.ts";
import { roundTimeoutMs } from "./round-timeout.ts";

export interface LabOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly podNetwork: PodNetworkKind;
  /** Logs, sockets and the files that the namespaces need. */
  readonly folder: string;
  readonly bundles?: Readonly<Partial<Record<"netchecker", string>>>;
  readonly signal?: AbortSignal;
}

export const RESOLV_CONF = `search ${NAMESPACE}.svc.cluster.local svc.cluster.local cluster.local
nameserver ${CLUSTER_IP.dns}
options ndots:5
`;

const API_PORT = 6443;

/** The parts that a laboratory has in addition to those of every cluster. */
interface LabParts
  extends
    ClusterParts<LabNode>,
    Pick<Lab, "dns" | "fabric" | "outside" | "kubeProxy" | "control" | "options"> {
  readonly around: NodeSurroundings;
}

/** Changes within this time are written once. A real kube-proxy waits a second. */
const SYNC_AFTER_MS = 200;

/** As long as Kubernetes gives a pod to end. */
const END_GRACE_MS = 30_000;

/**
 * A cluster of network namespaces with our own, unchanged services in it. It has to be made in a process that is in a
 * network and mount namespace of its own: that is where Redis, the API server, DNS and netchecker are.
 */
export class Lab extends Cluster<LabNode> {
  readonly dns: ClusterDns;
  readonly fabric: Fabric;
  readonly outside: Outside;
  readonly kubeProxy: KubeProxy<NodeRules>;
  /** The control namespace, as a node of the network. */
  readonly control: NodePlace;
  readonly options: LabOptions;
  readonly broken = new BrokenThings();
  readonly #around: NodeSurroundings;

  private constructor(parts: LabParts) {
    super(parts);
    this.dns = parts.dns;
    this.fabric = parts.fabric;
    this.outside = parts.outside;
    this.kubeProxy = parts.kubeProxy;
    this.control = parts.control;
    this.options = parts.options;
    this.#around = parts.around;
  }

  /** Starts everything. Rejects with a {@link TestbedError}; then, too, nothing is left running. */
  static start(options: LabOptions): Promise<Lab> {
    return startOn((stack) => Lab.#build(options, stack), options.signal);
  }

  static async #build(options: LabOptions, stack: AsyncDisposableStack): Promise<Lab> {
    const { folder, signal, intervalMs, podNetwork } = options;
    await requireBundles();
    const fabric = await Fabric.create(folder);
    stack.defer(() => fabric.namespace.remove());
    const control: NodePlace = {
      name: "control",
      index: CONTROL.index,
      namespace: await Namespace.own("control"),
    };
    await joinControl(control, fabric, podNetwork);
    const outside = await Outside.create(fabric, folder);
    stack.defer(() => outside.remove());

    const { apiServer, redis, nodeController, kubeConfigFile } = await startControlPlane(
      {
        apiServer: { host: CONTROL.ip, port: API_PORT },
        redis: { host: CONTROL.redis, port: 6379 },
        namespace: NAMESPACE,
        services: CLUSTER_SERVICES,
        folder,
        speed: speedFor(intervalMs),
        signal,
      },
      stack,
    );
    const { store } = apiServer;
    const dns = new ClusterDns({ host: CONTROL.dns, port: 53 }, store, NO_UPSTREAM);
    stack.defer(() => dns.stop());
    await dns.start();
    const kubeProxy = new KubeProxy<NodeRules>(store, {
      endpoints: CONTROL_ENDPOINTS,
      syncAfterMs: SYNC_AFTER_MS,
    });
    stack.defer(() => kubeProxy.stop());
    await kubeProxy.add(control.name, new NodeRules({ ...control, ip: CONTROL.ip }));
    const nodes = new Map<string, LabNode>();
    const heartbeats = await Heartbeats.listen(CONTROL.ip, (name) => nodes.get(name)?.heartbeat());
    stack.defer(() => heartbeats.stop());

    const api = heartbeats.endpoint;
    const resolvConf = join(folder, "resolv.conf");
    const around = { store, nodeController, api, fabric, podNetwork, folder, resolvConf };
    const netchecker = new NetcheckerProcess({
      bundle: options.bundles?.netchecker ?? BUNDLES.netchecker,
      url: `http://${CONTROL.netchecker}:8080`,
      logFile: join(folder, "netchecker.log"),
      env: {
        ...manifestEnvironment("netchecker", {
          name: "netchecker-0",
          node: "control",
          ip: CONTROL.netchecker,
        }),
        KUBECONFIG: kubeConfigFile,
        EXTERNAL_TARGETS: `${OUTSIDE.ip}:443,http://${OUTSIDE.ip}/`,
        ROUND_INTERVAL_MS: String(intervalMs),
        ROUND_REQUEST_PAUSE_MS: "0",
        ROUND_TIMEOUT_MS: String(roundTimeoutMs(intervalMs)),
      },
    });
    const own = { dns, fabric, outside, kubeProxy, control, around, options };
    const parts = { apiServer, redis, netchecker, nodes, redisPrefix: redisPrefix(), stack };
    const lab = new Lab({ ...parts, ...own });
    stack.defer(async () => void (await Promise.all(lab.nodes.map((node) => node.remove()))));
    const names = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);
    await lab.addNodes(names, signal);
    stack.defer(() => netchecker.stop());
    await netchecker.start(signal);
    return lab;
  }

  /** Adds nodes, each `node-N`, and resolves when their pods are ready and every kube-proxy knows them. */
  async addNodes(names: readonly string[], signal?: AbortSignal): Promise<void> {
    const added = await inBatches(names, async (name) => {
      signal?.throwIfAborted();
      const index = Number(/^node-(\d+)$/.exec(name)?.[1]);
      if (!(index >= 1 && index <= MAX_NODE_INDEX) || this.byName.has(name))
        throw new TestbedError(
          `${name} cannot be added; allowed: node-1 to node-${MAX_NODE_INDEX}, and none that is there already`,
        );
      const node = await LabNode.create(name, index, this.#around);
      this.byName.set(name, node);
      return node;
    });
    await connectNodes([this.control, ...this.nodes], added, this.options.podNetwork);
    await Promise.all(added.map((node) => this.kubeProxy.add(node.name, new NodeRules(node))));
    // The way to Redis is there before who needs it.
    await inBatches(added, (node) => node.startPods());
    await Promise.all(added.map((node) => node.podsReady(signal)));
    await this.kubeProxy.settled();
  }

  /** Adds a node, as {@link addNodes} does. One that does not come up does not stay half-way. */
  async addNode(name: string): Promise<void> {
    const wasThere = this.find(name) !== undefined;
    try {
      await this.addNodes([name]);
    } catch (error) {
      if (!wasThere && this.find(name)) await this.removeNode(name);
      throw error;
    }
  }

  /**
   * Rolls one pod out anew: the new one is ready before the old one terminates and goes. Gives the new one's name.
   * Rejects with a {@link TestbedError} when it does not become ready; then, too, the old one is gone.
   */
  async replacePod(nodeName: string, workload: Workload): Promise<string> {
    const node = this.node(nodeName);
    const old = node.pods[workload];
    const pod = await node.startPod(workload);
    try {
      await podsReady(this.apiServer.store, [pod]);
    } finally {
      old.terminate();
      await this.kubeProxy.settled();
      await old.remove(END_GRACE_MS);
    }
    return pod.name;
  }

  /** Takes a node out of the cluster. */
  async removeNode(name: string): Promise<void> {
    const node = this.node(name);
    this.byName.delete(name);
    await this.kubeProxy.remove(name);
    await node.remove();
    for (const other of [this.control, ...this.nodes]) await forgetNode(other, node);
  }
}

/** The control namespace is a node of the network, whose "pods" are addresses of its own. */
async function joinControl(
  control: NodePlace,
  fabric: Fabric,
  podNetwork: PodNetworkKind,
): Promise<void> {
  await fabric.plug(control.namespace, CONTROL.ip, UNDERLAY_PREFIX);
  const addresses = [CONTROL.redis, CONTROL.dns, CONTROL.netchecker];
  await control.namespace.run(
    [
      ...addresses.map((ip) => `ip address add ${ip}/32 dev lo`),
      `ip route add default via ${GATEWAY.ip}`,
      podNetwork === "vxlan" ? vxlanDevice(control.index) : "",
      "",
    ].join("\n"),
  );
}
