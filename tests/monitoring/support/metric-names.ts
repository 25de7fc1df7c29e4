/** The names of all series of a scrape that ours have: those that it gives a type, and a histogram's three. */
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

/** The names of metrics in a scrape, as people speak of them: a histogram has one. */
export function metricNames(scrape: string): string[] {
  return [...scrape.matchAll(/^# TYPE (netchecker_\w+) \w+$/gm)].map(([, name]) => name!);
}

/** Our metrics that an expression asks for. */
export function namesIn(expression: string): string[] {
  return expression.match(/\bnetchecker_\w+/g) ?? [];
}
