import type { MetricFamily } from "@netchecker/contract/metrics";
import { collectDefaultMetrics, Gauge, Registry } from "@prometheus-io/client";

/** The answer to a scrape, in Prometheus' text format. */
export interface Scrape {
  readonly contentType: string;
  readonly text: string;
}

/**
 * The library's figures about this process that are served. It has 70 more series, which every ping
 * and pong of a cluster would add to Prometheus.
 */
const OWN_FIGURES = /^(process_|nodejs_(heap_size|external_memory|version)_)/;
/**
 * The library measures the event loop's lag in any case. With its default of 10 ms, a process that
 * rests would wake up 100 times a second.
 */
const NO_LAG_MS = 3_600_000;

const own = new Registry();
collectDefaultMetrics({ register: own, eventLoopMonitoringPrecision: NO_LAG_MS });
for (const { name } of own.getMetricsAsArray())
  if (!OWN_FIGURES.test(name)) own.removeSingleMetric(name);

/**
 * A family as a metric of the library. The library's metrics would keep each series from scrape to
 * scrape, and its histogram takes one value at a time, so this one gives the family's samples as
 * they are.
 */
class FamilyMetric extends Gauge<string> {
  readonly #family: MetricFamily;

  constructor(family: MetricFamily) {
    super({ name: family.name, help: family.help, registers: [] });
    this.#family = family;
  }

  override async get() {
    const { name, type, samples } = this.#family;
    const values = samples.map(({ labels, value, suffix = "" }) => ({
      metricName: name + suffix,
      labels,
      value,
    }));
    return { ...(await super.get()), type, values };
  }
}

/** Answers a scrape with the families, and with figures about this process. */
export async function answerScrape(families: readonly MetricFamily[]): Promise<Scrape> {
  const registry = new Registry();
  for (const family of families) registry.registerMetric(new FamilyMetric(family));
  return {
    contentType: registry.contentType,
    text: (await registry.metrics()) + (await own.metrics()),
  };
}
