import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import {
  decodeReport,
  redisNames,
  type Report,
  TARGET_TYPES,
  type TargetColumns,
  type TargetList,
  type TargetType,
} from "@netchecker/contract";
import { subscribe } from "@netchecker/runtime/redis";
import { type AgentOptions, type AgentParts, startAgentParts } from "./agent-parts.ts";
import { type Usage, usageOf } from "./process-usage.ts";

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
export class LoneAgent implements AsyncDisposable {
  readonly #parts: AgentParts;
  readonly #stack: AsyncDisposableStack;
  readonly #arrived = new Map<string, (text: string) => void>();
  #round = 0;

  private constructor(parts: AgentParts, stack: AsyncDisposableStack) {
    this.#parts = parts;
    this.#stack = stack;
    subscribe(parts.subscriber, Object.values(names.reports), {
      message: (channel, text) => this.#arrived.get(channel)?.(text),
    });
  }

  /** Resolves when the agent waits for lists. Rejects, with nothing left behind, when something does not start. */
  static async start(options: AgentOptions): Promise<LoneAgent> {
    const stack = new AsyncDisposableStack();
    try {
      const agent = new LoneAgent(await startAgentParts(options, stack), stack);
      await agent.#heard();
      return agent;
    } catch (error) {
      await stack.disposeAsync();
      throw error;
    }
  }

  get usage(): Promise<Usage> {
    return usageOf(this.#parts.agent.pid!);
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
    const transaction = this.#parts.commands.multi();
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
  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  #answer(type: TargetType, publishedAt: number, reportWithinMs: number): Promise<Answer> {
    const channel = names.reports[type];
    return new Promise<Answer>((resolve, reject) => {
      const late = setTimeout(() => {
        const words = this.#parts.agent.lastWords();
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

  /** Resolves when the agent listens for lists, and this process for reports. */
  async #heard(): Promise<void> {
    const { agent, commands } = this.#parts;
    const channels = [...Object.values(names.lists), ...Object.values(names.reports)];
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      if (commands.status === "ready") {
        const replies = (await commands.pubsub("NUMSUB", ...channels)) as (string | number)[];
        if (replies.every((reply, index) => index % 2 === 0 || Number(reply) > 0)) return;
      }
      if (!agent.running || Date.now() > deadline)
        throw new Error(`ping did not start; its last words: ${agent.lastWords()}`);
      await sleep(50);
    }
  }
}
