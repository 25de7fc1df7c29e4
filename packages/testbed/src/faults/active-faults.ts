import type { FaultSpec } from "./fault.ts";
import type { Lab } from "../namespaces/lab.ts";
import { TestbedError } from "../testbed-error.ts";
import { becomesReady } from "./pod-process.ts";
import { type Fault, readFault } from "./read-fault.ts";

/** A fault that is in effect. */
export interface ActiveFault {
  readonly id: string;
  readonly spec: FaultSpec;
  /** Since when, ISO 8601. */
  readonly since: string;
}

interface Entry extends ActiveFault, Fault {}

/** What is broken in a laboratory. Breaking and healing take turns. */
export class ActiveFaults {
  readonly #lab: Lab;
  readonly #read: (spec: FaultSpec) => Fault;
  #active: readonly Entry[] = [];
  #lastId = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(lab: Lab, read = readFault) {
    this.#lab = lab;
    this.#read = read;
  }

  /** Those in effect, the oldest first. */
  get list(): ActiveFault[] {
    return this.#active.map(({ id, spec, since }) => ({ id, spec, since }));
  }

  /** Resolves when it is in effect. Rejects with a {@link TestbedError}; then nothing of it is left. */
  break(spec: FaultSpec): Promise<ActiveFault> {
    return this.#inTurn(async () => {
      const fault = this.#read(spec);
      const id = `f${(this.#lastId += 1)}`;
      try {
        await this.#apply(fault, id);
      } catch (error) {
        await this.#mend(fault, id).catch(() => {});
        throw error;
      }
      const active = { id, spec: fault.spec, since: new Date().toISOString() };
      this.#active = [...this.#active, { ...fault, ...active }];
      return active;
    });
  }

  /** Heals one, or all, the newest first; gives the ids. Rejects with a {@link TestbedError} where there is none of that id. */
  heal(id?: string): Promise<string[]> {
    return this.#inTurn(async () => {
      const healing = this.#active
        .filter((each) => id === undefined || each.id === id)
        .toReversed();
      if (id !== undefined && healing.length === 0) throw new TestbedError(this.#unknown(id));
      const failed: unknown[] = [];
      for (const each of healing)
        // One that cannot be healed must not keep the others.
        await this.#mend(each, each.id).then(
          () => (this.#active = this.#active.filter((other) => other !== each)),
          (error: unknown) => failed.push(error),
        );
      if (failed.length > 0) throw failed[0];
      return healing.map((each) => each.id);
    });
  }

  #apply({ kind, parameters }: Fault, id: string): Promise<void> {
    return this.#lab.broken.hold(kind.thing?.(parameters) ?? id, id, (undo) =>
      kind.break(this.#lab, parameters, undo, id),
    );
  }

  async #mend({ kind: { recovers }, parameters: { node } }: Fault, id: string): Promise<void> {
    await this.#lab.broken.release(id);
    if (recovers && typeof node === "string")
      await becomesReady(this.#lab, { node, workload: recovers });
  }

  #unknown(id: string): string {
    const ids = this.#active.map((each) => each.id).join(", ");
    return `there is no fault ${JSON.stringify(id)}; allowed: ${ids || "none, as nothing is broken"}`;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#turn.then(work);
    this.#turn = next.catch(() => {});
    return next;
  }
}
