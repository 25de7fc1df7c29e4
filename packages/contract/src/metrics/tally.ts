import { counter, type MetricFamily } from "./family.ts";

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Counts events by labels, since the process started. */
export class Tally<Label extends string> {
  readonly #name: string;
  readonly #help: string;
  readonly #counts = new Map<string, { readonly labels: Labels<Label>; value: number }>();

  /**
   * The label sets in `known` exist from the start, at 0. Otherwise Prometheus' rate() would miss
   * the first event of a series.
   */
  constructor(name: string, help: string, known: readonly Labels<Label>[] = []) {
    this.#name = name;
    this.#help = help;
    for (const labels of known) this.add(labels, 0);
  }

  add(labels: Labels<Label>, by = 1): void {
    const key = Object.values(labels).join("\n");
    const count = this.#counts.get(key);
    if (count) count.value += by;
    else this.#counts.set(key, { labels, value: by });
  }

  get family(): MetricFamily {
    return counter(this.#name, this.#help, [...this.#counts.values()]);
  }
}
