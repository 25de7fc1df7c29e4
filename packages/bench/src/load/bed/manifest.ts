import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse, parseAllDocuments } from "yaml";

const DEPLOY = new URL("../../../../../deploy/", import.meta.url);

/** What the manifests set for one service. */
export interface ServiceManifest {
  readonly memoryBytes: number;
  readonly env: Readonly<Record<string, string>>;
  /** The arguments after the command. */
  readonly args: readonly string[];
}

type Service = "netchecker" | "ping" | "pong" | "redis";
export type Manifests = Readonly<Record<Service, ServiceManifest>>;

/** Redis' configuration file. */
export const REDIS_CONFIG = fileURLToPath(new URL("base/config/valkey.conf", DEPLOY));

interface Workload {
  readonly kind: string;
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly [Container, ...Container[]] };
    };
  };
}

interface Container {
  readonly args?: string[];
  readonly resources: Resources;
}

interface Resources {
  readonly limits: { readonly memory: string };
}

/** The parts of a Kustomize component that are used here. */
interface Component {
  readonly configMapGenerator?: readonly { readonly name: string; readonly literals?: string[] }[];
  readonly patches?: readonly {
    readonly target: { readonly name: string };
    readonly patch?: string;
  }[];
}

interface Operation {
  readonly path: string;
  readonly value: unknown;
}

/** The limits, arguments and environment from deploy/base. `large` adds components/large-cluster. */
export function readManifests(large: boolean): Manifests {
  const component = large ? read<Component>("components/large-cluster/kustomization.yaml") : {};
  const of = (name: Service): ServiceManifest => {
    const { args = [], resources } = container(name);
    const operations = (component.patches ?? [])
      .filter(({ target, patch }) => target.name === name && patch !== undefined)
      .flatMap(({ patch }) => parse(patch!) as Operation[]);
    const patched = operations.findLast(({ path }) => path.endsWith("/resources"))?.value;
    const added = operations.filter(({ path }) => path.endsWith("/args/-"));
    const literals = component.configMapGenerator?.find((map) => map.name === name)?.literals ?? [];
    return {
      memoryBytes: bytesOf(((patched as Resources | undefined) ?? resources).limits.memory),
      args: [...args, ...added.map(({ value }) => String(value))],
      env: { ...envFile("redis-client"), ...envFile(name), ...toEnv(literals) },
    };
  };
  return { netchecker: of("netchecker"), ping: of("ping"), pong: of("pong"), redis: of("redis") };
}

function container(name: Service): Container {
  const documents = parseAllDocuments(text(`base/${name}.yaml`)).map(
    (each) => each.toJS() as Workload,
  );
  const workload = documents.find(({ kind }) => kind === "Deployment" || kind === "DaemonSet");
  if (!workload) throw new Error(`deploy/base/${name}.yaml has no workload`);
  return workload.spec.template.spec.containers[0];
}

function envFile(name: string): Record<string, string> {
  if (name === "redis") return {};
  return toEnv(text(`base/config/${name}.env`).split("\n"));
}

function toEnv(lines: readonly string[]): Record<string, string> {
  const pairs = lines
    .map((line) => /^([A-Z_]+)=(.+)$/.exec(line))
    .filter((found) => found !== null);
  return Object.fromEntries(pairs.map(([, name, value]) => [name!, value!]));
}

function bytesOf(quantity: string): number {
  const [, number, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  if (unit === undefined)
    throw new Error(`a memory limit in Mi or Gi was expected, not ${quantity}`);
  return Number(number) * (unit === "Mi" ? 2 ** 20 : 2 ** 30);
}

const text = (file: string) => readFileSync(new URL(file, DEPLOY), "utf8");
const read = <T>(file: string) => parse(text(file)) as T;
