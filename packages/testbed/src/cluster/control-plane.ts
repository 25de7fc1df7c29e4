import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { ApiServer } from "../kubernetes/api-server/api-server.ts";
import { type ControlPlaneTimes, controlPlaneTimes } from "../kubernetes/control-plane-times.ts";
import { kubeConfig } from "../kubernetes/kube-config.ts";
import { NodeController } from "../kubernetes/node-controller.ts";
import type { ServiceObject } from "../kubernetes/objects/service-object.ts";
import { RedisServer } from "../services/redis-server.ts";

interface ControlPlaneOptions {
  /** Where the API server listens; without a port, on a free one. */
  readonly apiServer: { readonly host: string; readonly port?: number };
  readonly redis: { readonly host: string; readonly port?: number };
  readonly namespace: string;
  readonly services: readonly ServiceObject[];
  readonly folder: string;
  /** How much faster than Kubernetes' it is. */
  readonly speed: number;
  /** Settings of Kubernetes that are not the defaults, before they are divided by the speed. */
  readonly times?: Partial<ControlPlaneTimes> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Starts what netchecker and the nodes stand on: the API server with its services, Redis and the node controller. The stack ends them. */
export async function startControlPlane(options: ControlPlaneOptions, stack: AsyncDisposableStack) {
  const { namespace, folder, signal } = options;
  const token = randomBytes(16).toString("hex");
  const apiServer = new ApiServer({ ...options.apiServer, token });
  await apiServer.start();
  stack.defer(() => apiServer.stop());
  const { store } = apiServer;
  for (const service of options.services) store.create("services", service);
  const kubeConfigFile = join(folder, "kubeconfig");
  writeFileSync(kubeConfigFile, kubeConfig(apiServer.url, token, namespace), { mode: 0o600 });
  const { host, port } = options.redis;
  const redis = await RedisServer.start(host, folder, signal, port);
  stack.defer(() => redis.stop());
  const nodeController = new NodeController({
    store,
    times: controlPlaneTimes(options.speed, options.times),
    served: () => apiServer.answers,
  });
  nodeController.start();
  stack.defer(() => nodeController.stop());
  return { apiServer, redis, nodeController, kubeConfigFile };
}

/** Does the work for a few items at a time. More than two for each processor would only delay each other. */
export async function inBatches<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const size = 2 * availableParallelism();
  for (let at = 0; at < items.length; at += size) {
    // All of a batch are awaited, so that none is still starting when a failure removes the others.
    const batch = await Promise.allSettled(items.slice(at, at + size).map(work));
    for (const each of batch) {
      if (each.status === "rejected") throw each.reason;
      results.push(each.value);
    }
  }
  return results;
}
