import { counter, type MetricFamily } from "./family.ts";

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/** Counts what happens, by labels, from the start of the process on. */
export class Tally<Label extends string> {
  readonly #name: string;
  readonly #help: string;
  readonly #counts = new Map<string, { readonly labels: Labels<Label>; value: number }>();

  /** Those of `known` are there from the start, at 0: a rate misses what a series begins with. */
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
