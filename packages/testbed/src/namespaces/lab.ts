import { randomBytes } from "node:crypto";
import { redisNames } from "@netchecker/contract";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ApiServer } from "../kubernetes/api-server/api-server.ts";
import { BUNDLES, requireBundles } from "../services/bundles.ts";
import { controlPlaneTimes, speedFor } from "../kubernetes/control-plane-times.ts";
import { ForeignLease } from "../services/foreign-lease.ts";
import { kubeConfig } from "../kubernetes/kube-config.ts";
import { NetcheckerProcess } from "../services/netchecker-process.ts";
import { NodeController } from "../kubernetes/node-controller.ts";
import { RedisServer } from "../services/redis-server.ts";
import { BrokenThings } from "../faults/broken-things.ts";
import { clusterServices } from "./cluster-services.ts";
import { DnsServer } from "../kubernetes/dns-server.ts";
import { KubeProxies } from "./kube-proxies.ts";
import { TestbedError } from "../testbed-error.ts";
import {
  CLUSTER_IP,
  CONTROL,
  GATEWAY,
  MAX_NODE_INDEX,
  OUTSIDE,
  UNDERLAY_PREFIX,
} from "./network/addresses.ts";
import { Fabric } from "./network/fabric.ts";
import { Namespace } from "./network/namespace.ts";
import {
  connectNodes,
  forgetNode,
  type NodePlace,
  type PodNetworkKind,
  vxlanDevice,
} from "./network/node-network.ts";
import { Outside } from "./network/outside.ts";
import { roundTimeoutMs } from "./round-timeout.ts";
import { Heartbeats } from "./nodes/heartbeats.ts";
import { LabNode, type NodeSurroundings } from "./nodes/lab-node.ts";
import { manifestEnvironment, NAMESPACE, redisPrefix } from "./nodes/manifest-environment.ts";

export interface LabOptions {
  readonly nodes: number;
  readonly intervalMs: number;
  readonly podNetwork: PodNetworkKind;
  /** How much faster than Kubernetes' the control plane is; by default as rounds are to a round of 60 s. */
  readonly controlPlaneSpeed?: number;
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

/**
 * A cluster of network namespaces with our own, unchanged services in it. It has to be made in a process that is in a
 * network and mount namespace of its own: that is where Redis, the API server, DNS and netchecker are.
 */
export class Lab {
  readonly apiServer: ApiServer;
  readonly redis: RedisServer;
  readonly dns: DnsServer;
  readonly netchecker: NetcheckerProcess;
  readonly fabric: Fabric;
  readonly outside: Outside;
  readonly kubeProxies: KubeProxies;
  readonly options: LabOptions;
  readonly broken = new BrokenThings();
  /** Another netchecker that may take the lease to open rounds. */
  readonly foreignLease: ForeignLease;
  readonly #nodes: Map<string, LabNode>;
  readonly #control: NodePlace;
  readonly #around: NodeSurroundings;
  readonly #stack: AsyncDisposableStack;
  #stopped: Promise<void> | undefined;

  private constructor(
    parts: Pick<
      Lab,
      | "apiServer"
      | "redis"
      | "dns"
      | "netchecker"
      | "fabric"
      | "outside"
      | "kubeProxies"
      | "options"
    >,
    nodes: Map<string, LabNode>,
    control: NodePlace,
    around: NodeSurroundings,
    stack: AsyncDisposableStack,
  ) {
    this.apiServer = parts.apiServer;
    this.redis = parts.redis;
    this.foreignLease = new ForeignLease(parts.redis, redisNames(redisPrefix()).lease);
    this.netchecker = parts.netchecker;
    this.fabric = parts.fabric;
    this.outside = parts.outside;
    this.kubeProxies = parts.kubeProxies;
    this.options = parts.options;
    this.#nodes = nodes;
    this.#control = control;
    this.#around = around;
    this.dns = parts.dns;
    this.#stack = stack;
  }

  /** Starts everything. Rejects with a TestbedError; then, too, nothing is left running. */
  static async start(options: LabOptions): Promise<Lab> {
    const stack = new AsyncDisposableStack();
    try {
      return await Lab.#build(options, stack);
    } catch (error) {
      await stack.disposeAsync();
      throw options.signal?.aborted ? options.signal.reason : error;
    }
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

    const token = randomBytes(16).toString("hex");
    const apiServer = new ApiServer({ host: CONTROL.ip, port: API_PORT, token });
    await apiServer.start();
    stack.defer(() => apiServer.stop());
    const { store } = apiServer;
    const kubeConfigFile = join(folder, "kubeconfig");
    writeFileSync(kubeConfigFile, kubeConfig(apiServer.url, token, NAMESPACE), { mode: 0o600 });
    const services = clusterServices();
    for (const service of services) store.create("services", service);

    const redis = await RedisServer.start(CONTROL.redis, folder, signal, 6379);
    stack.defer(() => redis.stop());
    const dns = new DnsServer(CONTROL.dns, services, folder);
    stack.defer(() => dns.stop());
    await dns.start();
    const kubeProxies = new KubeProxies(store);
    stack.defer(() => kubeProxies.stop());
    await kubeProxies.add({ ...control, ip: CONTROL.ip });

    const nodeController = new NodeController({
      store,
      times: controlPlaneTimes(options.controlPlaneSpeed ?? speedFor(intervalMs)),
      served: () => apiServer.answers,
    });
    nodeController.start();
    stack.defer(() => nodeController.stop());
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
    const parts = { apiServer, redis, dns, netchecker, fabric, outside, kubeProxies, options };
    const lab = new Lab(parts, nodes, control, around, stack);
    stack.defer(async () => void (await Promise.all(lab.nodes.map((node) => node.remove()))));
    const names = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);
    await lab.addNodes(names, signal);
    stack.defer(() => netchecker.stop());
    await netchecker.start(signal);
    // What faults have put somewhere goes before the place does.
    stack.defer(() => lab.broken.end());
    return lab;
  }

  get nodes(): LabNode[] {
    return [...this.#nodes.values()];
  }

  /** The node of that name. Throws a {@link TestbedError} where there is none. */
  node(name: string): LabNode {
    const node = this.#nodes.get(name);
    if (!node) throw new TestbedError(`there is no ${name}; there are ${[...this.#nodes.keys()]}`);
    return node;
  }

  /** The control namespace, as a node of the network. */
  get control(): NodePlace {
    return this.#control;
  }

  /** Adds nodes, each `node-N`, and resolves when their pods are ready and every kube-proxy knows them. */
  async addNodes(names: readonly string[], signal?: AbortSignal): Promise<void> {
    const added = await inBatches(names, async (name) => {
      signal?.throwIfAborted();
      const index = Number(/^node-(\d+)$/.exec(name)?.[1]);
      if (!(index >= 1 && index <= MAX_NODE_INDEX) || this.#nodes.has(name))
        throw new TestbedError(
          `${name} cannot be added; allowed: node-1 to node-${MAX_NODE_INDEX}, and none that is there already`,
        );
      const node = await LabNode.create(name, index, this.#around);
      this.#nodes.set(name, node);
      return node;
    });
    await connectNodes([this.#control, ...this.nodes], added, this.options.podNetwork);
    await Promise.all(added.map((node) => this.kubeProxies.add(node)));
    // The way to Redis is there before who needs it.
    await inBatches(added, (node) => node.startPods());
    await Promise.all(added.map((node) => node.podsReady(signal)));
    await this.kubeProxies.settled();
  }

  /** Takes a node out of the cluster. */
  async removeNode(name: string): Promise<void> {
    const node = this.node(name);
    this.#nodes.delete(name);
    this.kubeProxies.remove(name);
    await node.remove();
    for (const other of [this.#control, ...this.#nodes.values()]) await forgetNode(other, node);
  }

  /** Ends all that was started. Safe to call twice. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stack.disposeAsync();
    return this.#stopped;
  }
}

/** Two for each processor: more would only be in each other's way. */
async function inBatches<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const size = 2 * availableParallelism();
  for (let at = 0; at < items.length; at += size) {
    // Settled, so that after a failure none is still on its way when the others are removed.
    const batch = await Promise.allSettled(items.slice(at, at + size).map(work));
    for (const each of batch) {
      if (each.status === "rejected") throw each.reason;
      results.push(each.value);
    }
  }
  return results;
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
