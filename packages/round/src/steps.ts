/**
 * Work that can be interrupted between any two of its steps. The caller decides when to interrupt it: netchecker
 * does so after some milliseconds (drive-steps.ts), the simulator and tests never do. No step takes longer than
 * a few passes over one row or one list of the largest supported cluster.
 */
export type Steps<T> = Generator<undefined, T, undefined>;

/** Does all steps at once and returns the result. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
