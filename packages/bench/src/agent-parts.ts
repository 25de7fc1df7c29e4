import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BUNDLES, requireBundles } from "@netchecker/testbed/services/bundles";
import { Child, type ChildOptions } from "@netchecker/testbed/services/child-process";
import { IMAGE_ENV } from "@netchecker/testbed/services/image-env";
import type { Redis } from "@netchecker/runtime/redis";
import { startBenchRedis } from "./bench-redis.ts";

export interface AgentOptions {
  /** How many pongs answer, see manyPods. */
  readonly pods: number;
  /** Beside who the agent is and where Redis is. */
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the agent's command, and the pongs': what holds them to a core or to limits. */
  readonly within?: readonly string[];
  readonly pongsWithin?: readonly string[];
}

/** What runs once an agent is started, and this process's connections to its Redis. */
export interface AgentParts {
  readonly agent: Child;
  readonly commands: Redis;
  readonly subscriber: Redis;
}

/** On 127.0.0.1. */
export const AGENT_PORT = 18_091;

const PONGS = fileURLToPath(new URL("./many-pongs.ts", import.meta.url));

/** Starts Redis, pongs and one agent as it is shipped; `stack` ends them, and removes their folder. */
export async function startAgentParts(
  { pods, env = {}, within = [], pongsWithin = [] }: AgentOptions,
  stack: AsyncDisposableStack,
): Promise<AgentParts> {
  await requireBundles();
  const redis = await startBenchRedis(stack);
  const run = (
    name: string,
    [file, ...args]: readonly string[],
    options: Pick<ChildOptions, "env" | "onLine">,
  ) => {
    const child = new Child({
      file: file!,
      args,
      logFile: join(redis.folder, `${name}.log`),
      ...options,
    });
    stack.defer(async () => {
      await child.end(5_000);
    });
    return child;
  };

  const path = { PATH: process.env["PATH"] ?? "" };
  const listening = Promise.withResolvers<void>();
  const pongs = run("pongs", [...pongsWithin, process.execPath, PONGS, String(pods)], {
    env: path,
    onLine: () => listening.resolve(),
  });
  void pongs.exited.then(() =>
    listening.reject(new Error(`the pongs did not start; their last words: ${pongs.lastWords()}`)),
  );
  await listening.promise;

  const agent = run(
    "ping",
    [...within, process.execPath, "--max-semi-space-size=1", BUNDLES.ping],
    {
      env: {
        ...path,
        ...IMAGE_ENV,
        POD_NAME: "ping-0001",
        NODE_NAME: "node-0001",
        POD_IP: "127.0.0.1",
        HOST: "127.0.0.1",
        PORT: String(AGENT_PORT),
        REDIS_HOST: redis.host,
        LOG_LEVEL: "warn",
        ...env,
      },
    },
  );
  return { agent, commands: redis.connect("commands"), subscriber: redis.connect("subscriber") };
}
