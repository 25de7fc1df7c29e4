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
 * Answers scrapes with what `families` gives at that moment, and the process's own figures. The client
 * library keeps nothing of it, so that what is gone has no series left; it is loaded by the first scrape,
 * so that it costs nobody memory who is not scraped.
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

/** The library's figures of the process; the build leaves out those that cost a process that rests. */
async function ownFigures(): Promise<Registry> {
  const { collectDefaultMetrics, Registry: NewRegistry } = await import("@prometheus-io/client");
  const register = new NewRegistry();
  collectDefaultMetrics({ register });
  return register;
}

/** All that a registry asks of a metric; its own classes would keep each series from scrape to scrape. */
function toMetric({ name, type, help, samples }: MetricFamily): Metric {
  const values = samples.map(({ labels, value, suffix = "" }) => ({
    metricName: name + suffix,
    labels,
    value,
  }));
  return { name, get: async () => ({ name, type, help, values }) } as never;
}
