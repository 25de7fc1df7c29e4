import { KubeConfig } from "@kubernetes/client-node";
import type { Log } from "@netchecker/runtime/log";
import { nodePasts, recallNode } from "../core/node-past.ts";
import type { ClusterWatch } from "../ports.ts";
import type { ResourcePath } from "./ask-api-server.ts";
import { toNodeRecord, toPodRecord, toServiceRecord } from "./to-records.ts";
import {
  type Resource,
  WATCH_TIMINGS,
  watchResource,
  type WatchTimings,
} from "./watch-resource.ts";

/** The cluster's configuration cannot be used; the message says what to do. */
export class KubeConfigError extends Error {
  override name = "KubeConfigError";
}

/** The file that `path` names, or else the pod's own service account. Throws a {@link KubeConfigError}. */
export function loadKubeConfig(path: string | undefined): KubeConfig {
  const kubeConfig = new KubeConfig();
  try {
    if (path) kubeConfig.loadFromFile(path);
    else kubeConfig.loadFromCluster();
  } catch (cause) {
    const what = path
      ? `KUBECONFIG is ${JSON.stringify(path)}`
      : "KUBECONFIG is not set and this is no pod";
    throw new KubeConfigError(`${what}; allowed: a readable kubeconfig file, or none in a pod`, {
      cause,
    });
  }
  const server = kubeConfig.getCurrentCluster()?.server;
  if (!server || !URL.canParse(server))
    throw new KubeConfigError(
      path
        ? `KUBECONFIG is ${JSON.stringify(path)}; allowed: a kubeconfig whose current context names a cluster with a server`
        : "KUBECONFIG is missing, and this is no pod with a service account; allowed: a kubeconfig file",
    );
  return kubeConfig;
}

export interface WatchedCluster {
  readonly namespace: string;
  readonly serviceName: string;
}

/** What netchecker reads of the cluster; exactly what its roles grant. */
export function watchedResources({ namespace, serviceName }: WatchedCluster) {
  const inNamespace = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  return {
    nodes: { path: "/api/v1/nodes" },
    pods: { path: `${inNamespace}/pods`, labelSelector: "name in (ping,pong)" },
    services: { path: `${inNamespace}/services`, fieldSelector: `metadata.name=${serviceName}` },
  };
}

/** What is asked for more often than each round, without making the whole view. */
interface StaleAwareWatch extends ClusterWatch {
  staleSince(): number | null;
  nodeCount(): number;
  /** Why the API server cannot be read; null while it can. */
  problem(): string | null;
}

/** Keeps a view of nodes, ping and pong pods, and the pong service, until `signal` aborts. */
export function watchCluster(
  kubeConfig: KubeConfig,
  of: WatchedCluster,
  log: Log,
  signal: AbortSignal,
  timings: WatchTimings = WATCH_TIMINGS,
): StaleAwareWatch {
  const resources = watchedResources(of);
  const watch = <T>(path: ResourcePath, toRecord: Resource<T>["toRecord"]) =>
    watchResource(kubeConfig, { ...path, toRecord }, timings, log, signal);
  const nodes = watch(resources.nodes, toNodeRecord);
  const pods = watch(resources.pods, toPodRecord);
  const services = watch(resources.services, toServiceRecord);
  const all = [nodes, pods, services];
  const staleSince = (): number | null => {
    const stale = all.flatMap((each) => each.staleSince() ?? []);
    return stale.length > 0 ? Math.min(...stale) : null;
  };
  return {
    synced: Promise.all(all.map(({ synced }) => synced)).then(() => {}),
    staleSince,
    nodeCount: () => nodes.count(),
    problem: () => all.map((each) => each.problem()).find((each) => each !== null) ?? null,
    watchLosses: () => ({
      nodes: nodes.losses(),
      pods: pods.losses(),
      services: services.losses(),
    }),
    nodePasts: () => nodePasts(nodes.records(), Date.now()),
    recall(pasts) {
      void nodes.synced.then(() => nodes.revise((node) => recallNode(node, pasts)));
    },
    view() {
      return {
        nodes: nodes.records(),
        pods: pods.records(),
        service: services.records()[0] ?? null,
        at: Date.now(),
        staleSince: staleSince(),
      };
    },
  };
}
