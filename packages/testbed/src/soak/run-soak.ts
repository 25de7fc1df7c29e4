import { setTimeout as sleep } from "node:timers/promises";
import type { Effect } from "../expect/effect.ts";
import { effectOf } from "../faults/read-fault.ts";
import type { FaultSpec } from "../faults/fault.ts";
import type { LabClient } from "../namespaces/lab-client.ts";
import { TestbedError } from "../testbed-error.ts";
import { RoundJudge } from "./judge-rounds.ts";
import { planSoak, type SoakPlanOptions, type Step } from "./plan-soak.ts";
import type { SoakTally } from "./soak-tally.ts";
import { perhaps, Timeline } from "./timeline.ts";
import { watchMemory } from "./watch-memory.ts";

/** From healing to where it must not show any more: connections to Redis come back with a backoff. */
const AFTER_HEALING_MS = 12_000;
/** A pod, a node, Redis or netchecker comes and goes: what depends on it is uncertain for so long. */
const AFTER_CHURN_MS = 8_000;

/**
 * Plays a soak's plan in a lab that is up, while every round is judged. `say` gets a line for each thing that is done or
 * found. Gives the tally, also when it is interrupted.
 */
export async function runSoak(
  lab: LabClient,
  options: SoakPlanOptions,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<SoakTally> {
  const startedAt = Date.now();
  const timeline = new Timeline();
  const judge = new RoundJudge(lab, timeline, options.intervalMs, say);
  const memory = watchMemory(lab, signal);
  const judging = judge.run(signal);
  const player = new Player(lab, timeline, say);
  for (const { atMs, step } of planSoak(options)) {
    await sleep(Math.max(0, startedAt + atMs - Date.now()), null, { signal }).catch(() => {});
    if (signal.aborted) break;
    player.play(step);
  }
  await player.idle();
  const left = startedAt + options.durationMs - Date.now();
  await sleep(Math.max(0, left), null, { signal }).catch(() => {});
  judge.stop();
  await judging;
  return { ...judge.tally, ...player.tally, memory: await memory.stop() };
}

/** Does what the plan says, and notes in the timeline what that may change, and when. */
class Player {
  readonly #lab: LabClient;
  readonly #timeline: Timeline;
  readonly #say: (line: string) => void;
  /** Steps overlap; what is done to the lab takes turns. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #running = new Set<Promise<void>>();
  readonly tally = { faults: 0, churn: 0, restarts: 0 };

  constructor(lab: LabClient, timeline: Timeline, say: (line: string) => void) {
    this.#lab = lab;
    this.#timeline = timeline;
    this.#say = say;
  }

  play(step: Step): void {
    const done = (step.do === "break" ? this.#break(step) : this.#churn(step)).catch((error) => {
      if (!(error instanceof TestbedError)) throw error;
      this.#say(`could not ${step.do}: ${error.message}`);
    });
    this.#running.add(done);
    void done.finally(() => this.#running.delete(done));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  async #break({ fault, forMs }: Step & { do: "break" }): Promise<void> {
    const { nodes } = await this.#lab.ask("state");
    const effect = effectOf(fault);
    const span = this.#timeline.open(effect, Date.now());
    const { id } = await this.#inTurn(() => this.#lab.ask("break", fault));
    span.surelyFrom = Date.now();
    this.tally.faults += 1;
    if (effect.noRounds || isRestart(fault)) this.tally.restarts += 1;
    // A round that was open is lost, and perhaps the one that would have followed it.
    if (isRestart(fault)) this.#note(everything(), span.begins, AFTER_HEALING_MS);
    this.#say(`${JSON.stringify(fault)} for ${(forMs / 1000).toFixed(0)} s`);
    await sleep(forMs);
    const surelyTo = Date.now();
    await this.#inTurn(() => this.#lab.ask("heal", id));
    const healedAt = Date.now();
    this.#timeline.close(span, surelyTo, healedAt);
    // Pairs work at once; who was cut off from Redis, or restarted, needs a moment to report.
    const touched = [
      ...(effect.notReady ?? []),
      ...silentOf(
        effect,
        nodes.map(({ name }) => name),
      ),
    ];
    this.#note(
      effect.noRounds ? everything() : { maybeSilent: touched },
      healedAt,
      AFTER_HEALING_MS,
    );
  }

  async #churn(step: Exclude<Step, { do: "break" }>): Promise<void> {
    this.#say(`${step.do} ${step.node}${step.do === "replace-pod" ? ` ${step.workload}` : ""}`);
    const span = this.#timeline.open(nodeInMotion(step.node), Date.now());
    await this.#inTurn(async () => {
      if (step.do === "replace-pod") await this.#lab.ask("replacePod", step.node, step.workload);
      else await this.#lab.ask(step.do === "add-node" ? "addNode" : "removeNode", step.node);
    });
    this.tally.churn += 1;
    this.#timeline.close(span, -Infinity, Date.now() + AFTER_CHURN_MS);
  }

  #note(effect: Effect, from: number, forMs: number): void {
    this.#timeline.close(this.#timeline.open(effect, from), -Infinity, from + forMs);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.catch(() => {}).then(work);
    this.#turn = next;
    return next;
  }
}

const REASONS_IN_MOTION = [
  "connect_timeout",
  "connection_refused",
  "connection_reset",
  "host_unreachable",
  "response_timeout",
  "large_request_timeout",
  "large_response_timeout",
  "wrong_responder",
  "not_probed",
] as const;

/** A node that comes or goes, or whose pod does: Kubernetes tells of it, and the product may show it as planned. */
const nodeInMotion = (node: string): Effect => ({
  unsettled: [node],
  maybeSilent: [node],
  onRow: ({ to, check }) =>
    to.node === node || check === "clusterip" ? { reasons: REASONS_IN_MOTION, sure: false } : null,
});

const isRestart = ({ kind }: FaultSpec) => kind.endsWith("-restarted");

const everything = (): Effect => ({ noRounds: true });

function silentOf(effect: Effect, nodes: readonly string[]): string[] {
  const unsure = perhaps(effect).maybeSilent ?? [];
  const cut = nodes.filter((node) =>
    [
      { from: node, to: "control", layer: "pod" as const, protocol: "tcp" as const },
      { from: "control", to: node, layer: "pod" as const, protocol: "tcp" as const },
    ].some((leg) => effect.onLeg?.(leg)),
  );
  return [...new Set([...unsure, ...cut])];
}
