import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabClient } from "../../src/namespaces/lab-client.ts";
import { SCENARIOS } from "../../src/scenarios/catalog.ts";
import { playScenario } from "../../src/scenarios/play-scenario.ts";
import { startLab } from "../../src/namespaces/start-lab.ts";

/** The scenarios of every test run; `pnpm test:lab` plays all. */
const CORE = SCENARIOS.filter(({ core }) => core);
const HALF = Math.ceil(CORE.length / 2);
const HALVES = { first: CORE.slice(0, HALF), second: CORE.slice(HALF) };
const NODES = 6;
const INTERVAL_MS = 5_000;
const SCENARIO_TIMEOUT_MS = 90_000;

// Namespaces take root on Linux.
const possible = process.platform === "linux" && process.getuid?.() === 0;

/** Plays half of the core scenarios in a laboratory of its own: two files at the same time take half as long. */
export function playCoreScenarios(half: keyof typeof HALVES): void {
  describe.runIf(possible)("in a cluster of namespaces, on real packets", () => {
    let lab: LabClient;

    beforeAll(async () => {
      const podNetwork = "host-gateway";
      lab = await startLab({ nodes: NODES, intervalMs: INTERVAL_MS, podNetwork, port: 0 });
    }, 120_000);

    afterAll(() => lab?.down(), 60_000);

    test.each(HALVES[half])(
      "$name: every pair, reason and missing agent is as it must be, and all is well afterwards",
      async (scenario) => {
        const { wrong, pairs } = await playScenario(lab, scenario, INTERVAL_MS);
        expect(wrong).toEqual([]);
        expect(pairs).toBeGreaterThan(NODES * NODES);
      },
      SCENARIO_TIMEOUT_MS,
    );
  });
}
