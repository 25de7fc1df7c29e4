import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import {
  decodeReport,
  redisNames,
  type Report,
  TARGET_TYPES,
  type TargetColumns,
  type TargetList,
  type TargetType,
} from "@netchecker/contract";
import { BUNDLES, requireBundles } from "@netchecker/local-cluster/bundles";
import { Child } from "@netchecker/local-cluster/child-process";
import { RedisServer } from "@netchecker/local-cluster/redis-server";
import { createLog } from "@netchecker/runtime/log";
import { connectRedis, type Redis, subscribe } from "@netchecker/runtime/redis";
import { onCore, PONGS_CORE } from "./cores.ts";
import { type Usage, usageOf } from "./process-usage.ts";

export interface LoneAgentOptions {
  /** How many pongs answer, see manyPods. */
  readonly pods: number;
  /** Beside who the agent is and where Redis is. */
  readonly env?: Readonly<Record<string, string>>;
  /** Put before the agent's command: what holds it to a core or to limits. */
  readonly within?: readonly string[];
}

/** What came back for one list. */
export interface Answer {
  readonly report: Report;
  readonly bytes: number;
  /** From the moment before the publication to the report's arrival, seconds. */
  readonly seconds: number;
}

export type Lists = Partial<Record<TargetType, TargetColumns>>;

const START_TIMEOUT_MS = 60_000;
const names = redisNames("netchecker:");

/** One real ping as it is shipped, with a real Redis and pongs in a process beside it. */
export class LoneAgent {
  readonly #agent: Child;
  readonly #commands: Redis;
  readonly #stack: AsyncDisposableStack;
  readonly #arrived = new Map<string, (text: string) => void>();
  #round = 0;

  private constructor(
    agent: Child,
    commands: Redis,
    subscriber: Redis,
    stack: AsyncDisposableStack,
  ) {
    this.#agent = agent;
    this.#commands = commands;
    this.#stack = stack;
    subscribe(subscriber, Object.values(names.reports), {
      message: (channel, text) => this.#arrived.get(channel)?.(text),
    });
  }

  /** Resolves when the agent waits for lists. Rejects, with nothing left behind, when something does not start. */
  static async start(options: LoneAgentOptions): Promise<LoneAgent> {
    const stack = new AsyncDisposableStack();
    try {
      return await start(options, stack, (...parts) => new LoneAgent(...parts, stack));
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  get usage(): Promise<Usage> {
    return usageOf(this.#agent.pid!);
  }

  /**
   * Publishes the lists as netchecker does, in one transaction, and gives the answer to each. Rejects
   * when one is not answered by the time it is due.
   */
  async round<L extends Lists>(
    lists: L,
    reportWithinMs: number,
  ): Promise<{ [T in keyof L]: Promise<Answer> }> {
    this.#round += 1;
    const transaction = this.#commands.multi();
    const answers: Partial<Record<TargetType, Promise<Answer>>> = {};
    const head = { v: 1, round: this.#round, list: randomUUID(), reportWithinMs } as const;
    const publishedAt = performance.now();
    for (const type of TARGET_TYPES) {
      const columns = lists[type];
      if (!columns) continue;
      const text = JSON.stringify({ ...head, type, ...columns } satisfies TargetList);
      transaction.set(names.listKeys[type], text, "PX", reportWithinMs);
      transaction.publish(names.lists[type], text);
      answers[type] = this.#answer(type, publishedAt, reportWithinMs);
    }
    await transaction.exec();
    return answers as { [T in keyof L]: Promise<Answer> };
  }

  /** Ends the agent and all that was started for it. Safe to call twice. */
  async stop(): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #answer(type: TargetType, publishedAt: number, reportWithinMs: number): Promise<Answer> {
    const channel = names.reports[type];
    return new Promise<Answer>((resolve, reject) => {
      const late = setTimeout(() => {
        const words = this.#agent.lastWords();
        reject(new Error(`no ${type} report in ${reportWithinMs} ms; ping's last words: ${words}`));
      }, reportWithinMs);
      this.#arrived.set(channel, (text) => {
        const seconds = (performance.now() - publishedAt) / 1000;
        const decoded = decodeReport(type, text);
        if (!decoded.ok || decoded.value.round !== this.#round) return;
        clearTimeout(late);
        resolve({ report: decoded.value, bytes: Buffer.byteLength(text), seconds });
      });
    });
  }
}

async function start(
  { pods, env, within = [] }: LoneAgentOptions,
  stack: AsyncDisposableStack,
  create: (agent: Child, commands: Redis, subscriber: Redis) => LoneAgent,
): Promise<LoneAgent> {
  await requireBundles();
  const folder = mkdtempSync(join(tmpdir(), "netchecker-bench-"));
  const forget = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", forget);
  stack.defer(() => {
    process.off("exit", forget);
    forget();
  });

  const redisServer = await RedisServer.start("127.0.0.1", folder);
  stack.defer(() => redisServer.stop());
  const redisHost = `127.0.0.1:${redisServer.address.port}`;
  const log = createLog("bench", "silent");
  const connect = (role: "commands" | "subscriber") => {
    const redis = connectRedis({ host: redisHost }, { service: "bench", role, log });
    stack.defer(() => redis.disconnect());
    return redis;
  };
  const commands = connect("commands");
  const path = { PATH: process.env["PATH"] ?? "" };

  const script = fileURLToPath(new URL("./many-pongs.ts", import.meta.url));
  const started = Promise.withResolvers<void>();
  const pongs = run([...onCore(PONGS_CORE), process.execPath, script, String(pods)], {
    env: path,
    logFile: join(folder, "pongs.log"),
    onLine: () => started.resolve(),
  });
  stack.defer(async () => {
    await pongs.end(1_000);
  });
  void pongs.exited.then(() => started.reject(new Error(`no pongs: ${pongs.lastWords()}`)));
  await started.promise;

  const agent = run([...within, process.execPath, "--max-semi-space-size=1", BUNDLES.ping], {
    env: {
      ...path,
      POD_NAME: "ping-0001",
      NODE_NAME: "node-0001",
      POD_IP: "127.0.0.1",
      HOST: "127.0.0.1",
      PORT: "18091",
      REDIS_HOST: redisHost,
      LOG_LEVEL: "warn",
      MALLOC_ARENA_MAX: "1",
      ...env,
    },
    logFile: join(folder, "ping.log"),
  });
  stack.defer(async () => {
    await agent.end(5_000);
  });
  const loneAgent = create(agent, commands, connect("subscriber"));
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await isHeard(commands))) {
    if (!agent.running || Date.now() > deadline)
      throw new Error(`ping did not start; its last words: ${agent.lastWords()}`);
    await sleep(50);
  }
  return loneAgent;
}

function run(
  [file, ...args]: readonly string[],
  options: { env: Record<string, string>; logFile: string; onLine?: () => void },
): Child {
  return new Child({ file: file!, args, ...options });
}

/** Whether the agent listens for lists, and this process for reports. */
async function isHeard(redis: Redis): Promise<boolean> {
  if (redis.status !== "ready") return false;
  const channels = [...Object.values(names.lists), ...Object.values(names.reports)];
  const replies = (await redis.pubsub("NUMSUB", ...channels)) as (string | number)[];
  return replies.every((reply, index) => index % 2 === 0 || Number(reply) > 0);
}
