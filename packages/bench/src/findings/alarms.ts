import type { Finding } from "@netchecker/contract";
import { conclude, emptyMemory } from "@netchecker/conclude";
import type { SimulatedRound } from "@netchecker/simulator/simulate-round";

/** Follows a cluster's rounds as netchecker does, and tells which alarms each of them raises. */
export class AlarmWatch {
  #memory = emptyMemory();
  readonly #raised = new Set<string>();

  /** Alarms that no earlier round raised. */
  next({ round, view }: SimulatedRound): Finding[] {
    const { findings, memory } = conclude(round, view, this.#memory);
    this.#memory = memory;
    return findings.filter(({ id, severity, planned }) => {
      if (severity === "info" || planned || this.#raised.has(id)) return false;
      this.#raised.add(id);
      return true;
    });
  }
}
