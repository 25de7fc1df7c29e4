import type { KubeConfig } from "@kubernetes/client-node";
import type { RedisNames } from "@netchecker/contract";
import type { Redis } from "@netchecker/runtime/redis";
import {
  explainApiError,
  listPage,
  type ResourcePath,
  tryWatch,
} from "./adapters/ask-api-server.ts";
import { toPodRecord } from "./adapters/to-records.ts";
import { type WatchedCluster, watchedResources } from "./adapters/watch-cluster.ts";
import { firstSight } from "./core/sighting.ts";

/** One thing that must hold for netchecker to work, in plain words. */
export interface Check {
  readonly ok: boolean;
  readonly what: string;
}

const PATIENCE_MS = 5_000;
const MANY = 5_000;

const ok = (what: string): Check => ({ ok: true, what });
const failed = (what: string): Check => ({ ok: false, what });

/** Tries what netchecker needs of the API server, as it needs it, and what it finds there. */
export async function checkCluster(kubeConfig: KubeConfig, of: WatchedCluster): Promise<Check[]> {
  const { nodes, pods, services } = watchedResources(of);
  const checks: Check[] = [];
  const items = async (resource: ResourcePath) => {
    const { found, check } = await mayRead(kubeConfig, resource);
    checks.push(check);
    return found;
  };
  const [nodesFound, podsFound, servicesFound] = [
    await items(nodes),
    await items(pods),
    await items(services),
  ];
  if (nodesFound && podsFound)
    for (const app of ["ping", "pong"] as const) {
      const found = podsFound
        .flatMap((pod) => toPodRecord(pod, null, firstSight(Date.now())) ?? [])
        .filter((pod) => pod.app === app);
      const ready = found.filter((pod) => pod.ready).length;
      const what = `${ready} of ${nodesFound.length} nodes have a ready ${app} pod (label name: ${app}, namespace ${of.namespace})`;
      checks.push(ready > 0 ? ok(what) : failed(`${what}: look at the DaemonSet ${app}`));
    }
  if (servicesFound)
    checks.push(
      servicesFound.length > 0
        ? ok(`the service ${of.serviceName} is there`)
        : failed(
            `there is no service ${of.serviceName} in namespace ${of.namespace}: see PONG_SERVICE and NAMESPACE`,
          ),
    );
  return checks;
}

async function mayRead(kubeConfig: KubeConfig, resource: ResourcePath) {
  const signal = () => AbortSignal.timeout(PATIENCE_MS);
  let verb: "list" | "watch" = "list";
  try {
    const { items = [] } = await listPage(kubeConfig, resource, { limit: MANY }, signal());
    verb = "watch";
    await tryWatch(kubeConfig, resource, signal());
    return { found: items, check: ok(`may list and watch ${resource.path}`) };
  } catch (error) {
    return { found: null, check: failed(explainApiError(error, verb, resource)) };
  }
}

/** Tries what netchecker needs of Redis: to read, to write, to publish and to subscribe. */
export async function checkRedis(
  redis: Redis,
  names: RedisNames,
  address: string,
): Promise<Check[]> {
  try {
    await untilReady(redis);
  } catch (error) {
    return [
      failed(
        `Redis at ${address} does not answer: ${(error as Error).message}; see REDIS_HOST and REDIS_URL`,
      ),
    ];
  }
  const probe = `${names.lease}:check`;
  try {
    await redis.multi().set(probe, "1", "PX", 1_000).publish(probe, "").exec();
    await redis.eval("return redis.call('GET', KEYS[1])", 1, probe);
    return [ok(`Redis answers at ${address}, and lets netchecker write, publish and run scripts`)];
  } catch (error) {
    return [
      failed(
        `Redis at ${address} refuses: ${(error as Error).message}; see its ACL for the user netchecker`,
      ),
    ];
  }
}

function untilReady(redis: Redis): Promise<void> {
  if (redis.status === "ready") return Promise.resolve();
  return new Promise((resolve, reject) => {
    let last = new Error(`nothing for ${PATIENCE_MS / 1_000} s`);
    redis.on("error", (error: Error) => (last = error));
    redis.once("ready", resolve);
    setTimeout(() => reject(last), PATIENCE_MS).unref();
  });
}

/** The checks as lines, what is wrong in capitals. */
export function formatChecks(checks: readonly Check[]): string {
  return checks.map(({ ok: fine, what }) => `${fine ? "ok     " : "FAILED "} ${what}`).join("\n");
}
