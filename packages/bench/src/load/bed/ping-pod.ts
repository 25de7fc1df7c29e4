import { join } from "node:path";
import { BUNDLES } from "@netchecker/testbed/services/bundles";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import { freePort } from "@netchecker/testbed/sockets/listen";
import type { Manifests } from "./manifest.ts";
import { answersOk } from "./netchecker-pod.ts";
import { ServicePod } from "./service-pod.ts";

interface PodContext {
  readonly folder: string;
  readonly manifests: Manifests;
  readonly redis: { readonly pingUrl: string };
}

const HOST = "127.0.0.1";

/** The ping or pong bundle that is shipped, with the limit of its manifest. */
export class AgentPod extends ServicePod {
  readonly url: string;
  readonly healthUrl: string;

  constructor(
    options: ConstructorParameters<typeof ServicePod>[0],
    url: string,
    healthUrl: string,
  ) {
    super(options);
    this.url = url;
    this.healthUrl = healthUrl;
  }
}

/** Starts one real ping beside the simulated agents. netchecker does not expect its reports. */
export function startPingPod(context: PodContext, stack: AsyncDisposableStack): Promise<AgentPod> {
  return startAgentPod("ping", context, stack, { REDIS_URL: context.redis.pingUrl });
}

/** Starts a ping or a pong. `env` adds to its environment. */
export async function startAgentPod(
  service: "ping" | "pong",
  { folder, manifests }: Pick<PodContext, "folder" | "manifests">,
  stack: AsyncDisposableStack,
  env: Readonly<Record<string, string>> = {},
): Promise<AgentPod> {
  const { memoryBytes, env: manifestEnv } = manifests[service];
  const port = await freePort(HOST);
  const url = `http://${HOST}:${port}`;
  const healthPort = String(await freePort(HOST));
  const healthUrl = `http://${HOST}:${healthPort}/healthz`;
  const own = {
    POD_NAME: `${service}-load`,
    NODE_NAME: "node-load",
    ...(service === "ping" && { POD_IP: HOST }),
    HOST,
    PORT: String(port),
    HEALTH_PORT: healthPort,
  };
  const pod = new AgentPod(
    {
      name: service,
      command: [process.execPath, "--max-semi-space-size=1", BUNDLES[service]],
      env: { ...IMAGE_ENV, ...manifestEnv, ...own, ...env },
      memoryBytes,
      logFile: join(folder, `${service}.log`),
      healthy: () => answersOk(healthUrl),
    },
    url,
    healthUrl,
  );
  stack.defer(async () => void (await pod.stop()));
  await pod.start();
  return pod;
}
