import type { MetricFamily, Sample } from "./family.ts";

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** One distribution: how many values were below each bound, and their sum. */
export class Distribution {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
  }

  add(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > this.#bounds[bucket]!) bucket += 1;
    this.#counts[bucket]! += 1;
    this.#sum += value;
  }

  samples(labels: Readonly<Record<string, string>>): Sample[] {
    let count = 0;
    const buckets = this.#counts.map((here, bucket): Sample => {
      count += here;
      const le = this.#bounds[bucket]?.toString() ?? "+Inf";
      return { labels: { ...labels, le }, value: count, suffix: "_bucket" };
    });
    return [
      ...buckets,
      { labels, value: this.#sum, suffix: "_sum" },
      { labels, value: count, suffix: "_count" },
    ];
  }
}

/**
 * Distributions of one thing by labels, from the start of the process on. The client library's histogram
 * takes one value at a time, with its labels: a round of 1,000 nodes has three million.
 */
export class Histogram<Label extends string = never> {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #distributions = new Map<
    string,
    { readonly labels: Labels<Label>; readonly distribution: Distribution }
  >();

  /** `bounds` in ascending order; the labels of `known` are there from the start. */
  constructor(
    name: string,
    help: string,
    bounds: readonly number[],
    known: readonly Labels<Label>[],
  ) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
    for (const labels of known) this.of(labels);
  }

  /** The distribution of these labels. */
  of(labels: Labels<Label>): Distribution {
    const key = Object.values(labels).join("\n");
    let known = this.#distributions.get(key);
    if (!known) {
      known = { labels, distribution: new Distribution(this.#bounds) };
      this.#distributions.set(key, known);
    }
    return known.distribution;
  }

  get family(): MetricFamily {
    return {
      name: this.#name,
      type: "histogram",
      help: this.#help,
      samples: [...this.#distributions.values()].flatMap(({ labels, distribution }) =>
        distribution.samples(labels),
      ),
    };
  }
}
