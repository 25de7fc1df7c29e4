import { createHash } from "node:crypto";
import { glob, mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { IDaemonSet, IDeployment } from "kubernetes-models/apps/v1";
import type { INetworkPolicy } from "kubernetes-models/networking.k8s.io/v1";
import type { IClusterRole, IRole } from "kubernetes-models/rbac.authorization.k8s.io/v1";
import type { IConfigMap, INamespace, IService } from "kubernetes-models/v1";
import type {
  IPodMonitor,
  IPrometheusRule,
  IServiceMonitor,
} from "@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1";
import { parseAllDocuments } from "yaml";
import { renderManifests } from "../../../scripts/render-manifests.ts";

export const DEPLOY = join(import.meta.dirname, "../../../deploy");

interface Kinds {
  ClusterRole: IClusterRole;
  ConfigMap: IConfigMap;
  DaemonSet: IDaemonSet;
  Deployment: IDeployment;
  Namespace: INamespace;
  NetworkPolicy: INetworkPolicy;
  PodMonitor: IPodMonitor;
  PrometheusRule: IPrometheusRule;
  Role: IRole;
  Service: IService;
  ServiceMonitor: IServiceMonitor;
}

/** Any rendered object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
}

/** An object with a pod template. */
export type Workload = (IDeployment | IDaemonSet) & Manifest;

/** The objects to which a kustomization renders. */
export class Rendered {
  readonly objects: readonly Manifest[];

  constructor(yaml: string) {
    this.objects = parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
  }

  of<K extends keyof Kinds>(kind: K): (Kinds[K] & Manifest)[] {
    return this.objects.filter((each): each is Kinds[K] & Manifest => each.kind === kind);
  }

  /** The object with that name. Throws if there is none. */
  get<K extends keyof Kinds>(kind: K, name: string, namespace = "netchecker"): Kinds[K] & Manifest {
    const found = this.of(kind).find(
      ({ metadata }) =>
        metadata.name === name &&
        (metadata.namespace === undefined || metadata.namespace === namespace),
    );
    if (!found) throw new Error(`there is no ${kind} ${name} in ${namespace}`);
    return found;
  }

  /** The ConfigMap with that name. The hash at the end of its real name is ignored. */
  config(name: string, namespace = "netchecker"): IConfigMap & Manifest {
    const found = this.of("ConfigMap").filter(
      ({ metadata }) =>
        metadata.namespace === namespace && metadata.name.replace(/-[a-z0-9]{10}$/, "") === name,
    );
    if (found.length !== 1) throw new Error(`there are ${found.length} ConfigMaps ${name}`);
    return found[0]!;
  }

  get workloads(): Workload[] {
    return [...this.of("Deployment"), ...this.of("DaemonSet")];
  }
}

/** Every container of a workload, with its init containers. */
export function containersOf(workload: Workload) {
  const { initContainers = [], containers } = workload.spec!.template.spec!;
  return [...initContainers, ...containers];
}

const CACHE = join(import.meta.dirname, "../../../node_modules/.cache/netchecker-manifests");

/** A digest of all files in deploy/. */
const deployDigest = once(async () => {
  const digest = createHash("sha256");
  const paths = await Array.fromAsync(glob("**/*.*", { cwd: DEPLOY }));
  for (const path of paths.toSorted())
    digest.update(path).update(await readFile(join(DEPLOY, path)));
  return digest.digest("hex");
});

/**
 * Gives what `make` gave before for the same files and the same `what`, if it did. Rendering takes seconds, and most
 * test files need the same manifests.
 */
async function renderOnce(what: unknown, make: () => Promise<string>): Promise<Rendered> {
  const key = createHash("sha256").update(JSON.stringify([what, await deployDigest()]));
  const file = join(CACHE, `${key.digest("hex")}.yaml`);
  const known = await readFile(file, "utf8").catch(() => null);
  if (known !== null) return new Rendered(known);
  const yaml = await make();
  await mkdir(CACHE, { recursive: true });
  // Another test file may write it at the same time.
  await writeFile(`${file}.${process.pid}`, yaml);
  await rename(`${file}.${process.pid}`, file);
  return new Rendered(yaml);
}

/** Renders a folder of deploy/ as it is. */
function render(folder: string): Promise<Rendered> {
  return renderOnce(folder, () => renderManifests(join(DEPLOY, folder)));
}

/** Renders the base with components, as a user's own kustomization would name them. */
export function renderWith(components: string[], fields: object = {}): Promise<Rendered> {
  return renderOnce({ components, fields }, () => renderKustomization(components, fields));
}

async function renderKustomization(components: string[], fields: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "netchecker-kustomize-"));
  try {
    const to = (path: string) => relative(folder, join(DEPLOY, path));
    const kustomization = {
      resources: [to("base")],
      components: components.map((component) => to(`components/${component}`)),
      ...fields,
    };
    await writeFile(join(folder, "kustomization.yaml"), JSON.stringify(kustomization));
    return await renderManifests(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs `make` at most once for each test file, because rendering can take seconds. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

const on = (...components: string[]) => once(() => renderWith(components));

/**
 * Everything that a user can apply: the base, the overlay, each component on the base, and all
 * components together.
 */
export const VARIANTS = {
  base: once(() => render("base")),
  "overlays/kind": once(() => render("overlays/kind")),
  "external-redis": on("external-redis"),
  "redis-auth": on("redis-auth"),
  "api-token": on("api-token"),
  "host-network": on("host-network"),
  "large-cluster": on("large-cluster"),
  monitoring: on("monitoring"),
  "redis-volume": on("redis-volume"),
  "all but external-redis": on(
    "redis-auth",
    "redis-volume",
    "monitoring",
    "api-token",
    "large-cluster",
    "host-network",
  ),
  "all but redis-auth and redis-volume": on(
    "external-redis",
    "monitoring",
    "api-token",
    "large-cluster",
    "host-network",
  ),
} as const;
