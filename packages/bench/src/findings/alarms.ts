import type { Cause } from "@netchecker/contract";
import { findCauses } from "@netchecker/netchecker/src/core/conclude/find-causes.ts";
import {
  emptyLatencyHistory,
  extendHistory,
} from "@netchecker/netchecker/src/core/conclude/latency-history.ts";
import type { SimulatedRound } from "./simulate-round.ts";
import { keyOf } from "./verdict.ts";

const WINDOW = 3;
const ENOUGH = 2;

/** Follows a cluster's rounds as netchecker does, and tells which alarms each of them raises. */
export class AlarmWatch {
  #history = emptyLatencyHistory();
  #window: (readonly Cause[])[] = [];
  readonly #raised = new Set<string>();

  /** Alarms that no earlier round raised. */
  next({ round, view }: SimulatedRound): Cause[] {
    const found = findCauses(round, view, this.#history);
    this.#history = extendHistory(this.#history, round);
    const alarming = found.filter(({ severity, expected }) => severity !== "info" && !expected);
    this.#window = [...this.#window, alarming].slice(-WINDOW);
    const seen = Map.groupBy(this.#window.flat(), keyOf);
    return alarming.filter((cause) => {
      const key = keyOf(cause);
      if (seen.get(key)!.length < ENOUGH || this.#raised.has(key)) return false;
      this.#raised.add(key);
      return true;
    });
  }
}
