import { type Cause, countFindings, type Finding, type Severity } from "@netchecker/contract";
import { describe, expect, it } from "vitest";
import { aClosedRound, aView, seeded } from "@netchecker/round/testing/a-round";
import { finish } from "@netchecker/round/steps";
import { emptyMemory, type FindingsMemory } from "./findings-memory.ts";
import { trackFindings } from "./track-findings.ts";

const NODES = 60;
const VIEW = aView(NODES);
const HEAD = aClosedRound(VIEW).head;
const MAX_SHOWN = 200;
const MAX_REMEMBERED = 1_000;

/** A cause between two nodes. Each number gives another pair. */
function aCause(number: number, severity: Severity, explains = 1): Cause {
  const from = number % NODES;
  return {
    kind: "packet-loss",
    severity,
    nodes: [`node-${from + 1}`],
    peers: [`node-${((from + 1 + Math.floor(number / NODES)) % NODES) + 1}`],
    layer: "node",
    direction: null,
    target: null,
    candidates: [],
    summary: `Pair ${number} loses packets.`,
    evidence: { explains, ofFailures: 9_999, contradictedBy: 0, examples: [] },
    planned: false,
    next: [],
  };
}

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/** Follows causes round by round. */
class Rounds {
  memory: FindingsMemory = emptyMemory();
  findings: readonly Finding[] = [];
  #id = 0;

  next(causes: readonly Cause[], view = VIEW): readonly Finding[] {
    this.#id += 1;
    const head = { ...HEAD, id: this.#id };
    const tracked = finish(trackFindings(this.memory, causes, head, view));
    this.memory = tracked.memory;
    this.findings = tracked.findings;
    return tracked.findings;
  }

  get all(): number {
    return (["critical", "warning", "info"] as const).reduce(
      (sum, severity) => sum + countFindings(this.findings, severity),
      0,
    );
  }

  get told(): readonly Finding[] {
    return this.findings.filter(({ kind }) => kind !== "more");
  }

  get more(): Finding | undefined {
    return this.findings.find(({ kind }) => kind === "more");
  }
}

describe("more findings than can be shown", () => {
  it.each([0, 1, 199, 200, 201, 999, 1_000, 1_001, 1_700])(
    "counts each of %i, and shows at most 200",
    (count) => {
      const rounds = new Rounds();
      for (let round = 1; round <= 3; round += 1) {
        rounds.next(range(count).map((n) => aCause(n, "warning")));
        expect(rounds.all).toBe(count);
        expect(rounds.told).toHaveLength(Math.min(count, MAX_SHOWN));
        expect(rounds.more?.evidence.explains ?? 0).toBe(Math.max(0, count - MAX_SHOWN));
      }
      const remembered = rounds.memory.findings.filter(({ finding }) => finding.kind !== "more");
      expect(remembered).toHaveLength(Math.min(count, MAX_REMEMBERED));
    },
  );

  it("shows the same ones in each round, with the same ids and onsets, in whatever order the causes come", () => {
    const random = seeded(13);
    const rounds = new Rounds();
    const shuffled = () =>
      range(1_500)
        .map((n) => ({ at: random(), cause: aCause(n, "warning", 1 + Math.floor(random() * 9)) }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ cause }) => cause);
    const identity = () =>
      [...rounds.findings].map(({ id, since }) => `${id} ${since.round}`).toSorted();
    rounds.next(shuffled());
    const first = identity();
    for (let round = 2; round <= 6; round += 1) {
      rounds.next(shuffled());
      expect(identity()).toEqual(first);
    }
  });

  it("counts every alarm, once the causes have stayed", () => {
    const rounds = new Rounds();
    const causes = [
      ...range(700).map((n) => aCause(n, "info")),
      ...range(500).map((n) => aCause(700 + n, "warning")),
      ...range(60).map((n) => aCause(1_200 + n, "critical")),
    ];
    rounds.next(causes);
    expect(countFindings(rounds.findings, "critical")).toBe(0);
    rounds.next(causes);
    expect(countFindings(rounds.findings, "critical")).toBe(60);
    expect(countFindings(rounds.findings, "warning")).toBe(500);
    expect(rounds.told.slice(0, 60).every(({ severity }) => severity === "critical")).toBe(true);
    expect(rounds.more).toMatchObject({
      severity: "warning",
      nodes: [],
      more: [
        { kind: "packet-loss", severity: "warning", count: 360 },
        { kind: "packet-loss", severity: "info", count: 700 },
      ],
    });
  });

  it("raises a new alarm even if the memory is full of less severe findings", () => {
    const rounds = new Rounds();
    const quiet = range(1_400).map((n) => aCause(n, "info"));
    for (let round = 1; round <= 3; round += 1) rounds.next(quiet);
    const alarm = aCause(1_500, "critical");
    rounds.next([...quiet, alarm]);
    rounds.next([...quiet, alarm]);
    expect(rounds.told[0]).toMatchObject({ severity: "critical", nodes: alarm.nodes });
  });

  it("is an alarm for causes that were never followed, once there were some in two rounds", () => {
    const rounds = new Rounds();
    const counted: Cause = {
      ...aCause(0, "warning", 5_000),
      kind: "more",
      nodes: [],
      peers: [],
      more: [{ kind: "packet-loss", severity: "warning", count: 5_000 }],
    };
    rounds.next([counted]);
    expect(rounds.more).toMatchObject({ severity: "info", state: "new" });
    expect(countFindings(rounds.findings, "info")).toBe(5_000);
    const { id } = rounds.more!;
    rounds.next([counted]);
    expect(rounds.more).toMatchObject({ id, severity: "warning", state: "ongoing" });
    expect(countFindings(rounds.findings, "warning")).toBe(5_000);
    rounds.next([]);
    expect(rounds.more).toMatchObject({ id, severity: "info", state: "recovered" });
    expect(rounds.all).toBe(0);
  });

  it("keeps the memory bounded while causes come and go", () => {
    const rounds = new Rounds();
    for (let round = 0; round < 8; round += 1) {
      rounds.next(range(900).map((n) => aCause((n + round * 600) % 3_000, "warning")));
      expect(rounds.memory.findings.length).toBeLessThanOrEqual(MAX_REMEMBERED + 1);
      expect(rounds.findings.length).toBeLessThanOrEqual(MAX_SHOWN + 1);
      expect(rounds.all).toBe(900);
    }
  });
});

it("lists a dozen changes before a finding, and the number of further ones", () => {
  const rounds = new Rounds();
  rounds.next([], VIEW);
  const upgraded = { ...VIEW, nodes: VIEW.nodes.map((node) => ({ ...node, bootId: "another" })) };
  const all = { ...aCause(1, "warning"), nodes: VIEW.nodes.map(({ name }) => name), peers: [] };
  const [finding] = rounds.next([all], upgraded);
  expect(finding!.changes).toHaveLength(13);
  expect(finding!.changes.at(-1)).toBe(`and ${NODES - 12} more`);
});
