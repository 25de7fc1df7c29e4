import { type RedisNames, redisNames, visible } from "@netchecker/contract";
import type { RedisAddress } from "@netchecker/runtime/redis";
import type { ApiServerAccess } from "./adapters/api-server-access.ts";
import { explainApiError, type ResourcePath } from "./adapters/ask-api-server.ts";
import { diagnoseRedis } from "./adapters/diagnose-redis.ts";
import { lookAtRedisLimits } from "./adapters/look-at-redis-limits.ts";
import { LIST_BOUNDS, listResource } from "./adapters/list-resource.ts";
import { tryWatch } from "./adapters/open-watch.ts";
import { toNodeRecord, toPodRecord, toServiceRecord } from "@netchecker/round/to-records";
import {
  type WatchedCluster,
  type WatchedPart,
  watchedResources,
} from "./adapters/watch-cluster.ts";
import type { PodRecord } from "@netchecker/round/cluster-view";
import { firstSight } from "@netchecker/round/sighting";
import type { Checked } from "./ask-running.ts";
import type { Config } from "./config.ts";
import type { ClusterWatch } from "./ports.ts";

/** One condition that netchecker needs, in plain words. */
export interface InstallCheck {
  readonly ok: boolean;
  readonly what: string;
  /** netchecker cannot check this condition, and only mentions it. */
  readonly note?: true;
}

const TIMEOUT_MS = 5_000;
/**
 * A check may share its pod's memory limit with a running netchecker, so its pages are small. A pod's object has 8 kB.
 */
const BOUNDS = { ...LIST_BOUNDS, pageSize: 50, timeoutMs: TIMEOUT_MS };
const MAX_NAMES_SHOWN = 3;

const ok = (what: string): InstallCheck => ({ ok: true, what });
const failed = (what: string): InstallCheck => ({ ok: false, what });

/** Conditions that nobody can try out from here. */
export const NOTES: readonly InstallCheck[] = [
  {
    ok: true,
    note: true,
    what: "who may reach Redis, ping and pong is decided by NetworkPolicies: the network plugin must enforce them (docs/security.md)",
  },
];

/** Checks the API server through the watches of a running netchecker, without new requests. */
export function checkWatched(
  cluster: Pick<ClusterWatch, "view"> & { parts(): readonly WatchedPart[] },
  of: WatchedCluster,
): InstallCheck[] {
  const { nodes, pods, service } = cluster.view();
  const checks = cluster
    .parts()
    .map(({ path, staleSince, problem }) =>
      staleSince === null
        ? ok(`may list and watch ${path}`)
        : failed(problem ?? `nothing came of ${path} since ${new Date(staleSince).toISOString()}`),
    );
  const known = (path: string) =>
    cluster.parts().some((part) => part.path === path && part.staleSince === null);
  const paths = watchedResources(of);
  if (known(paths.nodes.path) && known(paths.pods.path)) {
    const names = nodes.map(({ name }) => name);
    for (const app of ["ping", "pong"] as const)
      checks.push(checkAgents(app, names, pods, of.namespace));
  }
  if (known(paths.services.path)) checks.push(checkService(service !== null, of));
  return checks;
}

function checkService(isThere: boolean, { serviceName, namespace }: WatchedCluster): InstallCheck {
  return isThere
    ? ok(`the service ${serviceName} is there`)
    : failed(
        `there is no service ${serviceName} in namespace ${namespace}: see PONG_SERVICE and NAMESPACE`,
      );
}

/** Checks the API server with the same requests that netchecker makes, and checks the pods and the service there. */
export async function checkCluster(
  access: ApiServerAccess,
  of: WatchedCluster,
): Promise<InstallCheck[]> {
  const { nodes, pods, services } = watchedResources(of);
  const checks: InstallCheck[] = [];
  const read = async <T>(resource: ResourcePath, keep: (object: unknown) => T | null) => {
    const { found, check } = await mayRead(access, resource, keep);
    checks.push(check);
    return found;
  };
  const nodesFound = await read({ ...nodes, metadataOnly: true }, nameOfNode);
  const podsFound = await read(pods, placeOfPod);
  const servicesFound = await read(services, (object) => toServiceRecord(object).name);
  if (nodesFound && podsFound)
    for (const app of ["ping", "pong"] as const)
      checks.push(checkAgents(app, nodesFound, podsFound, of.namespace));
  if (servicesFound) checks.push(checkService(servicesFound.length > 0, of));
  return checks;
}

type PlacedPod = Pick<PodRecord, "app" | "node" | "ready">;

const nameOfNode = (object: unknown): string | null =>
  toNodeRecord(object, null, firstSight(Date.now()))?.name ?? null;

function placeOfPod(object: unknown): PlacedPod | null {
  const pod = toPodRecord(object, null, firstSight(Date.now()));
  return pod && { app: pod.app, node: pod.node, ready: pod.ready };
}

/** Checks that every node has a ready pod of `app`. */
function checkAgents(
  app: "ping" | "pong",
  nodes: readonly string[],
  pods: readonly PlacedPod[],
  namespace: string,
): InstallCheck {
  if (nodes.length === 0)
    return failed(
      `there is no node that could run ${app}: only Linux nodes that are not virtual do`,
    );
  const ready = new Set(pods.flatMap((pod) => (pod.app === app && pod.ready ? pod.node : [])));
  const without = nodes.filter((node) => !ready.has(node));
  const what = `${nodes.length - without.length} of ${nodes.length} nodes have a ready ${app} pod (label name: ${app}, namespace ${namespace})`;
  if (without.length === 0) return ok(what);
  const more = without.length - MAX_NAMES_SHOWN;
  const names =
    without.slice(0, MAX_NAMES_SHOWN).join(", ") + (more > 0 ? ` and ${more} more` : "");
  return failed(`${what}, not ${names}: look at the DaemonSet ${app}`);
}

async function mayRead<T>(
  access: ApiServerAccess,
  resource: ResourcePath,
  keep: (object: unknown) => T | null,
): Promise<{ readonly found: readonly T[] | null; readonly check: InstallCheck }> {
  let verb: "list" | "watch" = "list";
  let found: T[] = [];
  const kept = {
    begin: () => void (found = []),
    take: (items: readonly unknown[]) => {
      for (const item of items) {
        const each = keep(item);
        if (each !== null) found.push(each);
      }
    },
  };
  const { signal } = new AbortController();
  try {
    const { resourceVersion } = await listResource(access, resource, BOUNDS, kept, signal);
    verb = "watch";
    await tryWatch(access, resource, resourceVersion, TIMEOUT_MS, signal);
    return { found, check: ok(`may list and watch ${resource.path}`) };
  } catch (error) {
    return { found: null, check: failed(explainApiError(error, verb, resource)) };
  }
}

/** Checks Redis with the same commands that netchecker uses. `shown` is the address without its password. */
export async function checkRedis(
  address: RedisAddress,
  names: RedisNames,
  shown: string,
): Promise<InstallCheck[]> {
  const fault = await diagnoseRedis(address, names);
  if (fault !== null) return [failed(`Redis at ${shown}: ${fault.sentence}`)];
  const limits = await lookAtRedisLimits(address);
  return [
    ok(`Redis answers at ${shown}, and lets netchecker write, publish, subscribe and run scripts`),
    ...(limits === null ? [] : [{ ok: true, note: true as const, what: limits }]),
  ];
}

/** One line for each check. Failures are in capitals. */
export function formatChecks(checks: readonly InstallCheck[]): string {
  const word = ({ ok: fine, note }: InstallCheck) =>
    note ? "note   " : fine ? "ok     " : "FAILED ";
  return checks.map((check) => `${word(check)} ${visible(check.what)}`).join("\n");
}

/** The parts of the configuration that say what to watch. */
export const watchedBy = (config: Config): WatchedCluster => ({
  namespace: config.NAMESPACE,
  serviceName: config.PONG_SERVICE,
});

/** Runs all checks. `ofCluster` may still be running. */
export async function checkInstallation(
  config: Config,
  ofCluster: InstallCheck[] | Promise<InstallCheck[]>,
): Promise<Checked> {
  const address = { host: config.REDIS_HOST, url: config.REDIS_URL };
  // The whole URL must not be shown: it may have a password.
  const host = address.url === undefined ? address.host : new URL(address.url).host;
  const checks = [
    ok("the configuration can be used"),
    ...(await checkRedis(address, redisNames(config.REDIS_PREFIX), host)),
    ...(await ofCluster),
    ...NOTES,
  ];
  return { ok: checks.every((each) => each.ok), text: formatChecks(checks) };
}
