import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOn } from "../cluster/cluster.ts";
import { inBatches, startControlPlane } from "../cluster/control-plane.ts";
import { ClusterDns } from "../kubernetes/cluster-dns.ts";
import { type ControlPlaneTimes, speedFor } from "../kubernetes/control-plane-times.ts";
import { KubeProxy } from "../kubernetes/kube-proxy.ts";
import { HEALTH_PORT } from "../kubernetes/kubelet.ts";
import { longAgo } from "../kubernetes/objects/node-object.ts";
import { serviceObject } from "../kubernetes/objects/service-object.ts";
import { BUNDLES, requireBundles } from "../services/bundles.ts";
import { IMAGE_ENV } from "../services/image-env.ts";
import { NetcheckerProcess } from "../services/netchecker-process.ts";
import { freePort } from "../sockets/listen.ts";
import { type Address, TcpProxy } from "../sockets/tcp-proxy.ts";
import type { NodeBreak } from "./breaks.ts";
import { LocalCluster, type NewNode } from "./local-cluster.ts";
import { LocalNode, type NodeSpec } from "./local-node.ts";
import { LoopbackIpv6 } from "./loopback-ipv6.ts";
import { claimLoopbackSlice, type LoopbackSlice } from "./loopback-slice.ts";
import { ClusterIps } from "./service-proxies.ts";

/** What a service's environment may have beside what the cluster gives it. */
type ExtraEnv = Readonly<Record<string, string>>;

type Service = "netchecker" | "ping" | "pong";

export interface LocalClusterOptions {
  /** How many nodes, `node-1` and so on; at most MAX_NODES. */
  readonly nodes: number;
  readonly intervalMs: number;
  /** netchecker's port on 127.0.0.1; 0 takes a free one on an address of the cluster's own. */
  readonly port: number;
  /** Every node, pod and the service have an IPv6 address beside the IPv4 one. Needs root. */
  readonly dualStack?: boolean;
  /** Default: one local listener, so that it works without a way out. */
  readonly externalTargets?: readonly string[];
  /** In place, and known to the API server, before netchecker starts. */
  readonly breaks?: readonly NodeBreak[];
  /**
   * How much faster than Kubernetes' the control plane is: heartbeats, the grace period of a silent node, all that
   * {@link ControlPlaneTimes} names. Default: as rounds are to a round of 60 s, and no slower than Kubernetes.
   */
  readonly controlPlaneSpeed?: number;
  /** Settings of Kubernetes that are not the defaults, before they are divided by the speed. */
  readonly controlPlane?: Partial<ControlPlaneTimes>;
  /** Into how many zones the nodes are put, by turns: `zone-a` and so on. Default: none. */
  readonly zones?: number;
  /** Labels of a node, beside those that every node has. */
  readonly labels?: (name: string) => Readonly<Record<string, string>>;
  /** netchecker's way to Redis leads over a proxy of its own: `redisLink` of the cluster. */
  readonly redisLink?: boolean;
  /** The API server is stopped before netchecker starts. */
  readonly apiServerAway?: boolean;
  readonly env?: Readonly<Partial<Record<Service, ExtraEnv>>>;
  /**
   * Words that stand before a service's command, for example so that it runs in a cgroup. `node` is the pod's node, null
   * for netchecker.
   */
  readonly within?: (service: Service, node: string | null) => readonly string[];
  /** Gets each line of netchecker's log. */
  readonly onLog?: (line: string) => void;
  /** Ends a start half-way: it rejects with the signal's reason once all that was started has ended. */
  readonly signal?: AbortSignal;
}

const NAMESPACE = "netchecker";
const SERVICE = "pong-svc";
/** The services' default. */
const REDIS_PREFIX = "netchecker:";
const POD_PORT = 8080;
const NODE_PORT = 32_088;
const POD_ENV = {
  ...IMAGE_ENV,
  PORT: String(POD_PORT),
  HEALTH_PORT: String(HEALTH_PORT),
  LOG_LEVEL: "warn",
};

/**
 * All agents probe at the same moment, and here they share a machine: what is in flight together must be answered
 * within the probes' timeout, by processes that have to take turns.
 */
const MAX_IN_FLIGHT = 100;
const probeConcurrency = (nodes: number) => Math.min(256, Math.max(2, MAX_IN_FLIGHT / nodes));

/**
 * Starts a whole cluster on this machine. Rejects with a TestbedError when something is missing or
 * taken; then, too, nothing that it started is left.
 */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  return startOn(async (stack) => {
    const folder = mkdtempSync(join(tmpdir(), "netchecker-"));
    const forget = () => rmSync(folder, { recursive: true, force: true });
    process.on("exit", forget);
    stack.defer(() => {
      process.off("exit", forget);
      forget();
    });
    return build(options, folder, stack);
  }, options.signal);
}

async function build(
  options: LocalClusterOptions,
  folder: string,
  stack: AsyncDisposableStack,
): Promise<LocalCluster> {
  const { signal, env = {}, intervalMs } = options;
  await requireBundles();
  const slice = await claimLoopbackSlice();
  stack.defer(() => slice.release());
  const ipv6 = options.dualStack ? LoopbackIpv6.claim(slice.hostIp) : undefined;
  stack.defer(() => ipv6?.release());
  // Before anything else is started.
  const host = options.port === 0 ? slice.hostIp : "127.0.0.1";
  const port = await freePort(host, options.port);

  const service = serviceObject({
    name: SERVICE,
    namespace: NAMESPACE,
    clusterIp: slice.clusterIp,
    ...(ipv6 && { clusterIpv6: ipv6.add({ service: slice.clusterIp }).service }),
    port: POD_PORT,
    nodePort: NODE_PORT,
  });
  const speed = options.controlPlaneSpeed ?? speedFor(intervalMs);
  const { apiServer, redis, nodeController, kubeConfigFile } = await startControlPlane(
    {
      apiServer: { host: slice.hostIp },
      redis: { host: slice.hostIp },
      namespace: NAMESPACE,
      services: [service],
      folder,
      speed,
      times: options.controlPlane,
      signal,
    },
    stack,
  );
  const { store } = apiServer;
  const dns = new ClusterDns({ host: slice.dnsIp, port: 0 }, store);
  await dns.start();
  stack.defer(() => dns.stop());
  const kubeProxy = new KubeProxy(store);
  stack.defer(() => kubeProxy.stop());
  await kubeProxy.add("ClusterIPs", new ClusterIps());

  const nodes = new Map<string, LocalNode>();
  stack.defer(async () => {
    await Promise.all([...nodes.values()].map((node) => node.remove()));
  });
  const concurrency = String(Math.floor(probeConcurrency(options.nodes)));
  let lastIndex = 0;
  const startNode = async (
    name: string,
    { labels, notReady = null, joinedAt = new Date() }: NewNode = {},
  ): Promise<LocalNode> => {
    signal?.throwIfAborted();
    lastIndex += 1;
    const ip = slice.nodeIp(lastIndex);
    const podIp = { ping: slice.pingIp(lastIndex), pong: slice.pongIp(lastIndex) };
    const spec: NodeSpec = {
      name,
      namespace: NAMESPACE,
      ip,
      joinedAt,
      podIp,
      ipv6: ipv6?.add({ node: ip, ...podIp }),
      redisProxyIp: slice.redisProxyIp(lastIndex),
      nodePort: NODE_PORT,
      bundle: BUNDLES,
      env: {
        ping: { ...POD_ENV, DNS_SERVERS: dns.address, PROBE_CONCURRENCY: concurrency, ...env.ping },
        pong: { ...POD_ENV, ...env.pong },
      },
      logFolder: folder,
      within: (workload) => options.within?.(workload, name) ?? [],
      labels: { ...zoneLabels(lastIndex, options.zones), ...options.labels?.(name), ...labels },
    };
    const around = { store, kubeProxy, nodeController, redis: redis.address };
    const node = await LocalNode.start(spec, around, notReady);
    nodes.set(name, node);
    return node;
  };
  const names = Array.from({ length: options.nodes }, (_, index) => `node-${index + 1}`);
  await inBatches(names, async (name) => {
    const node = await startNode(name, { joinedAt: longAgo() });
    await node.podsReady(signal);
  });

  const external = options.externalTargets ?? [await localListener(slice, stack)];
  const redisLink = options.redisLink ? await linkTo(redis.address, slice, stack) : undefined;
  const netchecker = new NetcheckerProcess({
    bundle: BUNDLES.netchecker,
    url: `http://${host}:${port}`,
    logFile: join(folder, "netchecker.log"),
    onLog: options.onLog,
    within: options.within?.("netchecker", null),
    env: {
      ...IMAGE_ENV,
      KUBECONFIG: kubeConfigFile,
      NAMESPACE,
      PONG_SERVICE: SERVICE,
      POD_NAME: "netchecker-0",
      REDIS_HOST: redisLink?.address ?? `${redis.address.host}:${redis.address.port}`,
      EXTERNAL_TARGETS: external.join(","),
      ROUND_INTERVAL_MS: String(intervalMs),
      ROUND_REQUEST_PAUSE_MS: "0",
      HOST: host,
      PORT: String(port),
      ...env.netchecker,
    },
  });
  const own = { startNode, nodeController, redisLink, speed, folder };
  const parts = { apiServer, redis, netchecker, nodes, redisPrefix: REDIS_PREFIX, stack };
  const cluster = new LocalCluster({ ...parts, ...own });
  // The breaks come first: then the first round is as certain as any.
  const breaks = options.breaks ?? [];
  await Promise.all(breaks.map(({ node, kind }) => cluster.break(node, kind, signal)));
  if (options.apiServerAway) await apiServer.stop();
  stack.defer(() => netchecker.stop());
  await netchecker.start(signal);
  return cluster;
}

const ZONE_NAMES = "abcdefghijklmnopqrstuvwxyz";

function zoneLabels(index: number, zones = 0): Record<string, string> {
  if (zones === 0) return {};
  const zone = `zone-${ZONE_NAMES[(index - 1) % zones]}`;
  return { "topology.kubernetes.io/zone": zone, "topology.kubernetes.io/region": "region-1" };
}

async function linkTo(
  redis: Address,
  slice: LoopbackSlice,
  stack: AsyncDisposableStack,
): Promise<TcpProxy> {
  const at = { host: slice.hostIp, port: 0 };
  const link = new TcpProxy(at, () => redis, { looksAtSizes: true });
  await link.open();
  stack.defer(() => link.close());
  return link;
}

/** Stands for the outside: accepts, and says nothing. */
async function localListener(slice: LoopbackSlice, stack: AsyncDisposableStack): Promise<string> {
  const outside = new TcpProxy({ host: slice.hostIp, port: 0 }, () => null);
  await outside.open();
  stack.defer(() => outside.close());
  return outside.address;
}
