import type { MetricFamily } from "@netchecker/contract/metrics";
import type { Metric, Registry } from "@prometheus-io/client";

/** The answer to a scrape, in Prometheus' text format. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

type Families = readonly MetricFamily[];

export type AnswerScrape = () => Promise<Scrape>;

/**
 * Answers a scrape with what `families` gives at that moment, and with figures about this process.
 * The client library stores nothing in between, so that no series outlives its subject. The first
 * scrape loads the library, so that a process that nobody scrapes does not pay for it.
 */
export function exposeMetrics(families: () => Families | Promise<Families>): AnswerScrape {
  let own: Promise<Registry> | undefined;
  return async () => {
    const { Registry: NewRegistry } = await import("@prometheus-io/client");
    const process = await (own ??= ownFigures());
    const registry = new NewRegistry();
    for (const family of await families()) registry.registerMetric(toMetric(family));
    const text = (await registry.metrics()) + (await process.metrics());
    return { contentType: registry.contentType, text };
  };
}

/**
 * The library's figures about this process that are served. It has 70 more series, which every ping
 * and pong of a cluster would add to Prometheus.
 */
const OWN_FIGURES = /^(process_|nodejs_(heap_size|external_memory|version)_)/;
/** The library measures the event loop's lag in any case. With its default of 10 ms, a process that rests would wake up 100 times a second. */
const NO_LAG_MS = 3_600_000;

async function ownFigures(): Promise<Registry> {
  const { collectDefaultMetrics, Registry: NewRegistry } = await import("@prometheus-io/client");
  const register = new NewRegistry();
  collectDefaultMetrics({ register, eventLoopMonitoringPrecision: NO_LAG_MS });
  for (const { name } of register.getMetricsAsArray())
    if (!OWN_FIGURES.test(name)) register.removeSingleMetric(name);
  return register;
}

/**
 * A registry needs no more than this from a metric. The library's own metric classes would keep
 * each series from scrape to scrape.
 */
function toMetric({ name, type, help, samples }: MetricFamily): Metric {
  const values = samples.map(({ labels, value, suffix = "" }) => ({
    metricName: name + suffix,
    labels,
    value,
  }));
  return { name, get: async () => ({ name, type, help, values }) } as never;
}
