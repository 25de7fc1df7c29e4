import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { kubeConfig } from "@netchecker/testbed/kubernetes/kube-config";
import { freePort } from "@netchecker/testbed/sockets/listen";
import type { ServiceManifest } from "./manifest.ts";
import { ServicePod } from "./service-pod.ts";

const LOOP_WATCH = fileURLToPath(new URL("./loop-watch.cjs", import.meta.url));
const HOST = "127.0.0.1";

export interface NetcheckerOptions {
  readonly name: string;
  readonly folder: string;
  readonly manifest: ServiceManifest;
  readonly redisUrl: string;
  readonly apiUrl: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A time during which the event loop was busy with one task. Waits for a core are subtracted. */
interface Stretch {
  readonly at: number;
  readonly awayMs: number;
}

/** The netchecker bundle that is shipped, with the limit and the environment of its manifest. */
export class NetcheckerPod {
  readonly pod: ServicePod;
  readonly url: string;
  readonly healthUrl: string;
  readonly #loopFile: string;

  private constructor(pod: ServicePod, url: string, healthUrl: string, loopFile: string) {
    this.pod = pod;
    this.url = url;
    this.healthUrl = healthUrl;
    this.#loopFile = loopFile;
  }

  /** Prepares a pod. {@link ServicePod.start} starts it. */
  static async create({ name, folder, manifest, ...options }: NetcheckerOptions) {
    const port = await freePort(HOST);
    const url = `http://${HOST}:${port}`;
    const healthPort = String(await freePort(HOST));
    const healthUrl = `http://${HOST}:${healthPort}/healthz`;
    const kubeConfigFile = join(folder, `${name}-kubeconfig`);
    writeFileSync(kubeConfigFile, kubeConfig(options.apiUrl, "", "netchecker"));
    const loopFile = join(folder, `${name}-loop.jsonl`);
    const pod = new ServicePod({
      name,
      command: [process.execPath, BUNDLES.netchecker],
      env: {
        ...IMAGE_ENV,
        ...manifest.env,
        NODE_OPTIONS: `--max-semi-space-size=1 --require ${LOOP_WATCH}`,
        LOOP_WATCH_FILE: loopFile,
        HOST,
        PORT: String(port),
        HEALTH_PORT: healthPort,
        KUBECONFIG: kubeConfigFile,
        NAMESPACE: "netchecker",
        POD_NAME: name,
        REDIS_URL: options.redisUrl,
        EXTERNAL_TARGETS: "outside.example:443",
        ...options.env,
      },
      memoryBytes: manifest.memoryBytes,
      logFile: join(folder, `${name}.log`),
      healthy: () => answersOk(healthUrl),
    });
    return new NetcheckerPod(pod, url, healthUrl, loopFile);
  }

  /** The longest time, in ms, that the event loop was busy since a moment. 0 if none was long enough to be recorded. */
  longestAwayMs(since: number): number {
    if (!existsSync(this.#loopFile)) return 0;
    const lines = readFileSync(this.#loopFile, "utf8").trim().split("\n").filter(Boolean);
    const stretches = lines.map((line) => JSON.parse(line) as Stretch);
    return Math.max(0, ...stretches.filter(({ at }) => at >= since).map(({ awayMs }) => awayMs));
  }
}

/** Whether a request to the URL is answered with 200 within a second. */
export function answersOk(url: string): Promise<boolean> {
  return fetch(url, { signal: AbortSignal.timeout(1_000) }).then(
    async (response) => {
      await response.body?.cancel();
      return response.ok;
    },
    () => false,
  );
}
