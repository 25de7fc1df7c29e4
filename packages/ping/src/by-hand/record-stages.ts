import type { Facts, Stage, StageObserver } from "../probes/progress.ts";

/** One stage of an attempt: how long it took, and what was learned in it. */
export interface StageRecord extends Facts {
  readonly stage: Stage;
  readonly ms: number;
}

/** Writes an attempt's stages down, each from its begin to the next one's. */
export class StageRecorder implements StageObserver {
  readonly #stages: { readonly stage: Stage; readonly since: number; facts: Facts }[] = [];

  entered(stage: Stage): void {
    this.#stages.push({ stage, since: performance.now(), facts: {} });
  }

  learned(facts: Facts): void {
    const current = this.#stages.at(-1);
    if (current) current.facts = { ...current.facts, ...facts };
  }

  /** All of them; the last one lasts until now. */
  end(): StageRecord[] {
    const now = performance.now();
    return this.#stages.map(({ stage, since, facts }, index) => ({
      stage,
      ms: roundedMs((this.#stages[index + 1]?.since ?? now) - since),
      ...facts,
    }));
  }
}

/** Milliseconds to the microsecond: more digits say nothing. */
export function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
