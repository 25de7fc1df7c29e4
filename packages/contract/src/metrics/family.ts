/** One series at the moment of a scrape. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** The text that is added to the family's name: a histogram has series with three names. */
  readonly suffix?: "_bucket" | "_sum" | "_count";
}

/** All series of one metric, as Prometheus' text format groups them. */
export interface MetricFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** A value of this moment: one number, or one sample for each label set. */
export function gauge(
  name: string,
  help: string,
  samples: number | boolean | readonly Sample[],
): MetricFamily {
  return { name, type: "gauge", help, samples: samplesOf(samples) };
}

/** A count that some other part keeps and that only grows. */
export function counter(
  name: string,
  help: string,
  samples: number | readonly Sample[],
): MetricFamily {
  return { name, type: "counter", help, samples: samplesOf(samples) };
}

function samplesOf(samples: number | boolean | readonly Sample[]): readonly Sample[] {
  return typeof samples === "object" ? samples : [{ labels: {}, value: Number(samples) }];
}
