import type { Evidence } from "./evidence.ts";
import { FAILED, LARGE_LOST, WORKS } from "./outcome-state.ts";
import type { Steps } from "@netchecker/round/steps";
import type { Plane } from "./mesh-planes.ts";

/** How many probes between nodes needed more than one attempt, by node and by pair. A byte a pair. */
export class Retries {
  readonly size: number;
  /** Those that worked in the end, and all that did: towards a node and from it. */
  readonly again: Int32Array;
  readonly of: Int32Array;
  totalAgain = 0;
  total = 0;
  /** How many probes there are between two nodes, at most. */
  readonly perPair: number;
  readonly #pairs: Uint8Array;

  /** Of pongs that are too busy to answer at once, what is asked again is not lost on the way. */
  static *of(evidence: Evidence, busy: ReadonlySet<number> = new Set()): Steps<Retries> {
    const retries = new Retries(evidence);
    for (const plane of evidence.planes) yield* retries.#read(evidence, plane, busy);
    return retries;
  }

  private constructor(evidence: Evidence) {
    this.size = evidence.size;
    this.perPair = evidence.planes.length * 2;
    this.again = new Int32Array(this.size);
    this.of = new Int32Array(this.size);
    this.#pairs = new Uint8Array(this.size * this.size);
  }

  /** How many probes between two nodes failed or needed more than one attempt, both ways. */
  troubled(a: number, b: number): number {
    return this.#pairs[Math.min(a, b) * this.size + Math.max(a, b)]!;
  }

  *#read(evidence: Evidence, plane: Plane, busy: ReadonlySet<number>): Steps<void> {
    const { type, check, states, targets, column, ...counts } = plane;
    const { attempts } = evidence.round.matrices[type];
    for (let a = 0; a < this.size; a += 1) {
      yield;
      this.of[a]! += counts.columnWorks[a]!;
      // What a starved prober finds needs no second attempt of the network's.
      if (evidence.starved(a)) continue;
      this.of[a]! += counts.rowWorks[a]!;
      this.total += counts.rowWorks[a]!;
      for (let b = 0; b < this.size; b += 1) {
        const cell = a * targets + column[b]!;
        if (attempts[cell]! < 2 || a === b || column[b] === -1) continue;
        if (check !== "tcp" && busy.has(b)) continue;
        if (states[cell] === WORKS) this.#count(a, b, 1);
        else if (states[cell] === FAILED || states[cell] === LARGE_LOST) this.#count(a, b, 0);
      }
    }
  }

  #count(a: number, b: number, again: 0 | 1): void {
    this.again[a]! += again;
    this.again[b]! += again;
    this.totalAgain += again;
    const pair = Math.min(a, b) * this.size + Math.max(a, b);
    if (this.#pairs[pair]! < 255) this.#pairs[pair]! += 1;
  }
}
