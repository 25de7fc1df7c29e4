import { latencyCode } from "@netchecker/contract";
import { NOT_KEPT_CODE, type OutcomeMatrix } from "@netchecker/round/outcome-matrix";

const LETTER_A = 97;
const DIGIT_0 = 48;
const NOT_KEPT = ".".charCodeAt(0);

/** The outcomes in some columns of a matrix, one string for each agent, made only when it is read. */
export class PlaneRows {
  readonly #matrix: OutcomeMatrix;
  readonly #columns: Uint32Array;

  constructor(matrix: OutcomeMatrix, columns: Uint32Array) {
    this.#matrix = matrix;
    this.#columns = columns;
  }

  /** One letter per outcome, as in a report; `.` if the outcome is not kept. */
  reasons(): Iterable<string> {
    const { reasons } = this.#matrix;
    return this.#rows((cell) => {
      const code = reasons[cell]!;
      return code === NOT_KEPT_CODE ? NOT_KEPT : LETTER_A + code;
    });
  }

  /** One digit per outcome. */
  attempts(): Iterable<string> {
    const { attempts } = this.#matrix;
    return this.#rows((cell) => DIGIT_0 + attempts[cell]!);
  }

  /** One byte per outcome, a latency code; in base64. */
  latencies(): Iterable<string> {
    const { latencyUs } = this.#matrix;
    return this.#rows((cell) => latencyCode(latencyUs[cell]! / 1000)).map(btoa);
  }

  *#rows(byteOf: (cell: number) => number): Generator<string> {
    const row = new Uint8Array(this.#columns.length);
    for (let agent = 0; agent < this.#matrix.agents; agent += 1) {
      const start = this.#matrix.cell(agent, 0);
      for (let index = 0; index < row.length; index += 1)
        row[index] = byteOf(start + this.#columns[index]!);
      // Spread syntax would use the row's iterator, which takes ten times as long.
      yield String.fromCharCode.apply(null, row as unknown as number[]);
    }
  }
}
