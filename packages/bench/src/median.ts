/** The middle of some figures, the upper of two; throws a RangeError where there are none. */
export function median(values: readonly number[]): number {
  const middle = values.toSorted((a, b) => a - b)[values.length >> 1];
  if (middle === undefined) throw new RangeError("no median of nothing");
  return middle;
}
