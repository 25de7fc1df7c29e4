/**
 * Work that can be interrupted between any two of its steps. Whoever drives it decides when others have their
 * turn: netchecker after some milliseconds (drive-steps.ts), the simulator and tests never. No step takes
 * longer than some passes over one row or one list of the largest supported cluster.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does all steps at once and gives what comes of them. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
