import type { Log } from "@netchecker/runtime/log";
import { nodePasts, recallNode } from "@netchecker/round/node-past";
import type { ClusterWatch } from "../ports.ts";
import type { ApiServerAccess } from "./api-server-access.ts";
import type { ResourcePath } from "./ask-api-server.ts";
import type { ToRecord } from "./resource-records.ts";
import { toNodeRecord, toPodRecord, toServiceRecord } from "@netchecker/round/to-records";
import { WATCH_BOUNDS, WATCH_TIMINGS, watchResource } from "./watch-resource.ts";

export interface WatchedCluster {
  readonly namespace: string;
  readonly serviceName: string;
}

/** The resources that netchecker reads. Its roles grant exactly these. */
export function watchedResources({ namespace, serviceName }: WatchedCluster) {
  const inNamespace = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  return {
    nodes: { path: "/api/v1/nodes" },
    pods: { path: `${inNamespace}/pods`, labelSelector: "name in (ping,pong)" },
    services: { path: `${inNamespace}/services`, fieldSelector: `metadata.name=${serviceName}` },
  };
}

/** The state of one resource's watch. */
export interface WatchedPart {
  readonly path: string;
  readonly staleSince: number | null;
  readonly problem: string | null;
}

/** A watch, with values that are asked for more often than once per round and do not need the whole view. */
export interface LiveClusterWatch extends ClusterWatch {
  staleSince(): number | null;
  nodeCount(): number;
  parts(): readonly WatchedPart[];
  /** Why reading from the API server fails; null while it works. */
  problem(): string | null;
}

/** Keeps a view of nodes, ping and pong pods, and the pong service up to date, until `signal` aborts. */
export function watchCluster(
  access: ApiServerAccess,
  of: WatchedCluster,
  log: Log,
  signal: AbortSignal,
  timings = WATCH_TIMINGS,
  bounds = WATCH_BOUNDS,
): LiveClusterWatch {
  const resources = watchedResources(of);
  const watch = <T>(path: ResourcePath, toRecord: ToRecord<T>) =>
    watchResource(access, { ...path, toRecord }, log, signal, timings, bounds);
  const nodes = watch(resources.nodes, toNodeRecord);
  const pods = watch(resources.pods, toPodRecord);
  const services = watch(resources.services, toServiceRecord);
  const all = [nodes, pods, services];
  const staleSince = (): number | null => {
    const stale = all.flatMap((each) => each.age.staleSince ?? []);
    return stale.length > 0 ? Math.min(...stale) : null;
  };
  return {
    synced: Promise.all(all.map(({ synced }) => synced)).then(() => {}),
    staleSince,
    parts: () =>
      all.map(({ path, age: { staleSince: since, problem } }) => ({
        path,
        staleSince: since,
        problem,
      })),
    nodeCount: () => nodes.records.size,
    problem: () => all.map((each) => each.age.problem).find((each) => each !== null) ?? null,
    watchLosses: () => ({
      nodes: nodes.age.losses,
      pods: pods.age.losses,
      services: services.age.losses,
    }),
    nodePasts: () => nodePasts(nodes.records.all(), Date.now()),
    recall(pasts) {
      void nodes.synced.then(() => nodes.records.revise((node) => recallNode(node, pasts)));
    },
    view() {
      return {
        nodes: nodes.records.all(),
        pods: pods.records.all(),
        service: services.records.all()[0] ?? null,
        at: Date.now(),
        staleSince: staleSince(),
      };
    },
  };
}
