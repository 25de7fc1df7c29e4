import { readFileSync } from "node:fs";
import { IMAGE_ENV } from "../../services/image-env.ts";
import { parseAllDocuments } from "yaml";

/** Who a pod is, as the downward API tells its container. */
export interface PodIdentity {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly {
          readonly env?: readonly EnvVar[];
          readonly envFrom?: readonly { readonly configMapRef: { readonly name: string } }[];
        }[];
      };
    };
  };
}

const MANIFESTS = new URL("../../../../../deploy/netchecker.yaml", import.meta.url);
export const NAMESPACE = "netchecker";

let manifests: readonly Manifest[] | undefined;

/** The environment that Kubernetes gives a container, from the manifests that users apply. */
export function manifestEnvironment(
  workload: "netchecker" | "ping" | "pong",
  pod: PodIdentity,
): Record<string, string> {
  manifests ??= parseAllDocuments(readFileSync(MANIFESTS, "utf8")).map(
    (document) => document.toJS() as Manifest,
  );
  const configMap = (name: string) =>
    manifests!.find((each) => each.kind === "ConfigMap" && each.metadata.name === name)!.data;
  const [container] = manifests.find(
    (each) => /^(Deployment|DaemonSet)$/.test(each.kind) && each.metadata.name === workload,
  )!.spec!.template!.spec.containers;
  const { env = [], envFrom = [] } = container!;
  return Object.assign(
    { ...IMAGE_ENV },
    ...envFrom.map(({ configMapRef }) => configMap(configMapRef.name)),
    Object.fromEntries(env.map((variable) => [variable.name, valueOf(variable, pod)])),
  );
}

/** What the names of channels and keys begin with. */
export const redisPrefix = () =>
  manifestEnvironment("ping", { name: "", node: "", ip: "" })["REDIS_PREFIX"]!;

function valueOf({ name, value, valueFrom }: EnvVar, pod: PodIdentity): string {
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return value ?? "";
  const fields: Readonly<Record<string, string>> = {
    "metadata.name": pod.name,
    "metadata.namespace": NAMESPACE,
    "spec.nodeName": pod.node,
    "status.podIP": pod.ip,
  };
  const found = fields[path];
  if (found === undefined) throw new Error(`${name} is from ${path}, which no pod here has`);
  return found;
}
