import { countFindings, type Reason, type RoundHead, TARGET_TYPES } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import {
  aClosedRound,
  aView,
  failing,
  type Finds,
  OK,
  seeded,
} from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { roundGauges } from "../src/core/metrics/round-gauges.ts";
import { finish, type Steps } from "@netchecker/round/steps";
import {
  giveVerdict,
  conclude,
  concludeInSteps,
  emptyMemory,
  type FindingsMemory,
} from "@netchecker/conclude";

const NODES = 50;
const VIEW = aView(NODES);
const MAX_FINDINGS = 201;
const REASONS: readonly Reason[] = [
  "connect_timeout",
  "response_timeout",
  "connection_refused",
  "large_request_timeout",
];

/** Each probe fails independently, with the probability `share`. */
function independently(share: number, seed: number): Finds {
  const random = seeded(seed);
  return () => {
    const reason = REASONS[Math.floor(random() * REASONS.length)]!;
    return random() < share ? failing(reason, { detail: `detail ${random()}` }) : OK;
  };
}

/** Concludes and judges rounds one after the other. */
function play(rounds: number, findsOf: (id: number) => Finds) {
  let memory: FindingsMemory = emptyMemory();
  let previous: RoundHead | null = null;
  const played: { round: ClosedRound; memory: FindingsMemory }[] = [];
  for (let id = 1; id <= rounds; id += 1) {
    const round = aClosedRound(VIEW, { finds: findsOf(id), run: { id } });
    const concluded = conclude(round, VIEW, memory);
    const findings = concluded.findings;
    const judgedWith = { previous, intervalMs: 60_000 };
    const judged = giveVerdict({ ...round, findings }, concluded.memory, judgedWith);
    ({ memory } = judged);
    previous = judged.round.head;
    played.push(judged);
  }
  return played;
}

describe("failures that have nothing in common", () => {
  it.each([0.2, 0.5, 0.8])(
    "stay within the bounds for findings if a share of %d fails",
    (share) => {
      for (const { round, memory } of play(4, (id) => independently(share, id))) {
        expect(round.findings.length).toBeLessThanOrEqual(MAX_FINDINGS);
        expect(memory.findings.length).toBeLessThanOrEqual(1_001);
        expect(JSON.stringify(memory).length).toBeLessThan(2_000_000);
        for (const { evidence } of round.findings) {
          expect(evidence.examples.length).toBeLessThanOrEqual(5);
          expect(evidence.explains).toBeLessThanOrEqual(evidence.ofFailures);
        }
      }
    },
  );

  it("are all counted, and the verdict says how many they are", () => {
    const rounds = play(3, (id) => independently(0.5, id)).map(({ round }) => round);
    const { head, findings } = rounds.at(-1)!;
    const critical = countFindings(findings, "critical");
    const alarms = critical + countFindings(findings, "warning");
    expect(alarms).toBeGreaterThan(MAX_FINDINGS);
    expect(head.verdict?.verdict).toBe("failing");
    expect(head.verdict?.sentence).toContain(
      `${alarms} findings${critical > 0 ? `, ${critical} critical` : ""}: `,
    );
    const finding = finish(roundGauges(rounds.at(-1)!)).find(
      ({ name }) => name === "netchecker_finding",
    );
    const inSeries = finding!.samples.filter(({ labels }) => labels["severity"] === "warning");
    expect(inSeries.length).toBeLessThan(4 * MAX_FINDINGS);
    const counted = inSeries.filter(({ labels }) => labels["kind"] === "packet-loss");
    expect(counted.find(({ labels }) => labels["node"] === "*")?.value).toBeGreaterThan(0);
  });

  it("that stay from round to round keep their ids and onsets", () => {
    const told = play(5, () => independently(0.5, 1)).map(({ round }) =>
      round.findings
        .filter(({ state }) => state !== "recovered")
        .map(({ id, since }) => `${id} ${since.round}`)
        .toSorted(),
    );
    // In the second round, findings that became alarms replace findings that cannot.
    expect(told[2]).toHaveLength(MAX_FINDINGS);
    expect(told[3]).toEqual(told[2]);
    expect(told[4]).toEqual(told[2]);
  });
});

describe("concluding in steps", () => {
  const count = (steps: Steps<unknown>) => {
    let yielded = 0;
    while (!steps.next().done) yielded += 1;
    return yielded;
  };

  it.each([
    ["everything fails", 1],
    ["half fails", 0.5],
  ])("pauses for every row and for every few hundred pairs if %s", (_, share) => {
    const round = aClosedRound(VIEW, { finds: independently(share, 3) });
    const pairs = (NODES * (NODES - 1)) / 2;
    const rows = NODES * TARGET_TYPES.length;
    const steps = count(concludeInSteps(round, VIEW, emptyMemory()));
    expect(steps).toBeGreaterThan(6 * rows + pairs / 256);
  });

  it("gives the same result as all steps at once", () => {
    const round = aClosedRound(VIEW, { finds: independently(0.3, 4) });
    const { findings } = conclude(round, VIEW, emptyMemory());
    expect(finish(concludeInSteps(round, VIEW, emptyMemory())).findings).toEqual(findings);
  });
});
