/**
 * The names of all netChecker series in a scrape: those with a type, and the three of each
 * histogram.
 */
export function seriesNames(scrape: string): Set<string> {
  const types = [...scrape.matchAll(/^# TYPE (netchecker_\w+) (\w+)$/gm)];
  return new Set(
    types.flatMap(([, name, type]) =>
      type === "histogram"
        ? ["_bucket", "_sum", "_count"].map((suffix) => name! + suffix)
        : [name!],
    ),
  );
}

/** The names of the metrics in a scrape. A histogram counts as one. */
export function metricNames(scrape: string): string[] {
  return [...scrape.matchAll(/^# TYPE (netchecker_\w+) \w+$/gm)].map(([, name]) => name!);
}

/** The netChecker metrics that an expression uses. */
export function namesIn(expression: string): string[] {
  return expression.match(/\bnetchecker_\w+/g) ?? [];
}
