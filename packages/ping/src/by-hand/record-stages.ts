import type { Facts, Stage, StageObserver } from "../probes/progress.ts";

/** One stage of an attempt: how long it took, and what it showed. */
export interface StageRecord extends Facts {
  readonly stage: Stage;
  readonly ms: number;
}

/** Records the stages of an attempt. A stage lasts until the next one begins. */
export class StageRecorder implements StageObserver {
  readonly #stages: { readonly stage: Stage; readonly since: number; facts: Facts }[] = [];

  entered(stage: Stage): void {
    this.#stages.push({ stage, since: performance.now(), facts: {} });
  }

  learned(facts: Facts): void {
    const current = this.#stages.at(-1);
    if (current) current.facts = { ...current.facts, ...facts };
  }

  /** Returns all stages. The last one ends now. */
  end(): StageRecord[] {
    const now = performance.now();
    return this.#stages.map(({ stage, since, facts }, index) => ({
      stage,
      ms: roundedMs((this.#stages[index + 1]?.since ?? now) - since),
      ...facts,
    }));
  }
}

/** Rounds to a microsecond. More digits say nothing. */
export function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
