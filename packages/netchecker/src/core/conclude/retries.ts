import { type Evidence, WORKS } from "./evidence.ts";

/** How many probes worked only after more than one attempt, of how many that crossed the network. */
export interface Retried {
  readonly again: number;
  readonly of: number;
}

/** The mesh's retries, by node and by pair. A byte a pair. */
export class Retries {
  readonly size: number;
  readonly again: Int32Array;
  readonly of: Int32Array;
  /** How many probes there are between two nodes, at most. */
  readonly perPair: number;
  readonly #pairs: Uint8Array;
  totalAgain = 0;
  total = 0;

  constructor(evidence: Evidence) {
    this.size = evidence.size;
    this.perPair = evidence.planes.length * 2;
    this.again = new Int32Array(this.size);
    this.of = new Int32Array(this.size);
    this.#pairs = new Uint8Array(this.size * this.size);
    const starved = evidence.nodes.map((_, n) => evidence.starved(n));
    for (const { type, states, targets, column } of evidence.planes) {
      const { attempts } = evidence.round.matrices[type];
      for (let a = 0; a < this.size; a += 1) {
        if (starved[a]) continue;
        for (let b = 0; b < this.size; b += 1) {
          const target = column[b]!;
          const cell = a * targets + target;
          if (a === b || target === -1 || states[cell] !== WORKS) continue;
          this.of[a]! += 1;
          this.of[b]! += 1;
          this.total += 1;
          if (attempts[cell]! > 1) this.#count(a, b);
        }
      }
    }
  }

  /** Both ways. */
  pair(a: number, b: number): number {
    return this.#pairs[Math.min(a, b) * this.size + Math.max(a, b)]!;
  }

  #count(a: number, b: number): void {
    this.again[a]! += 1;
    this.again[b]! += 1;
    this.totalAgain += 1;
    const pair = Math.min(a, b) * this.size + Math.max(a, b);
    if (this.#pairs[pair]! < 255) this.#pairs[pair]! += 1;
  }
}
