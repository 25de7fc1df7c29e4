import { describe, expect, it } from "vitest";
import { aClosedRound, aView, OK, TIMEOUT } from "@netchecker/round/testing/a-round";
import type { ClosedRound } from "@netchecker/round/closed-round";
import { results } from "./results.ts";
import { UnreadableRecordError } from "@netchecker/round/record-version";
import { finish } from "@netchecker/round/steps";
import {
  decodeRound,
  encodeConcluded,
  encodeMeasured,
  type ReadRecord,
  type RoundRecord,
} from "./round-record.ts";

const WRONG = {
  reason: "wrong_responder",
  latencyMs: 1.25,
  attempts: 2,
  answeredBy: [{ pod: "pong-9", node: "node-9", connections: 1 }],
  detail: "planned pong-1",
} as const;

const round = aClosedRound(aView(4), {
  silent: ["node-4"],
  finds: (target, from) => {
    if (target.node === "node-2") return TIMEOUT;
    if (from === "node-1" && target.name === "pong-1")
      return { ...WRONG, answeredBy: [...WRONG.answeredBy] };
    return OK;
  },
});

const encoded = (of: ClosedRound): RoundRecord => ({
  ...finish(encodeMeasured(of)),
  ...encodeConcluded(of),
});

const asRead = (record: RoundRecord): ReadRecord => ({
  ...record,
  failures: record.failures.join(""),
  extras: record.extras.join(""),
  columns: Buffer.concat(record.columns),
});

describe("a round's record", () => {
  it("gives back every outcome", () => {
    const restored = decodeRound(asRead(encoded(round)));
    expect([...results(restored)]).toEqual([...results(round)]);
    expect(restored.summary).toEqual(round.summary);
    expect(restored.head).toEqual({ ...round.head, stored: true });
  });

  it("gives back exactly the failures, once its columns are gone", () => {
    const { head, plan, findings, failures } = asRead(encoded(round));
    const restored = decodeRound({ head, plan, findings, failures });
    const failed = [...results(round, { ok: false })];
    expect(failed.length).toBeGreaterThan(0);
    expect(failed).toContainEqual(expect.objectContaining({ detail: "planned pong-1" }));
    // A failure's latency is not kept, because the reason says enough.
    expect([...results(restored)]).toEqual(failed.map((row) => ({ ...row, latencyMs: null })));
    expect(restored.head.kept).toBe("failures");
    expect(restored.summary).toEqual(round.summary);
  });

  it("is written in parts, even if all outcomes fail with a detail and an answerer each", () => {
    const many = aClosedRound(aView(100), {
      finds: ({ name }, from) => ({
        ...WRONG,
        answeredBy: [...WRONG.answeredBy],
        detail: `from ${from}${name === "pong-1" ? '"\n' : ""}`,
      }),
    });
    const record = encoded(many);
    // 30,300 outcomes, several thousand per part.
    for (const parts of [record.failures, record.extras]) {
      expect(parts.length).toBeGreaterThan(12);
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(500_000);
    }
    const { head, plan, findings, failures } = asRead(record);
    expect([...results(decodeRound(asRead(record)))]).toEqual([...results(many)]);
    expect([...results(decodeRound({ head, plan, findings, failures }))]).toEqual(
      [...results(many, { ok: false })].map((row) => ({ ...row, latencyMs: null })),
    );
  });

  it("decodes a record that was stored before agents had a zone and a pool", () => {
    const record = asRead(encoded(round));
    const stored = JSON.parse(record.plan) as { plan: { agents: Record<string, unknown>[] } };
    for (const agent of stored.plan.agents) {
      delete agent["zone"];
      delete agent["pool"];
    }
    const restored = decodeRound({ ...record, plan: JSON.stringify(stored) });
    expect(restored.plan).toEqual(round.plan);
  });

  it("refuses columns that were cut off", () => {
    const record = asRead(encoded(round));
    expect(() => decodeRound({ ...record, columns: record.columns!.subarray(0, 9) })).toThrow(
      UnreadableRecordError,
    );
  });

  it("stores planned under its old name as well, with reasons that netchecker 1 knows, and reads the new name only", () => {
    const whys = { node_leaving: "node_deleting", node_returning: "node_starting" } as const;
    const planned = (["node_leaving", "node_returning", "node_cordoned", null] as const).map(
      (why, n) => ({ ...round.plan.agents[n]!, planned: why }),
    );
    const of = { ...round, plan: { ...round.plan, agents: planned } };
    const record = asRead(encoded(of));
    const { plan } = JSON.parse(record.plan);
    expect(plan.agents.map(({ expected }: { expected: unknown }) => expected)).toEqual([
      whys.node_leaving,
      whys.node_returning,
      "node_cordoned",
      null,
    ]);
    for (const each of [...plan.targets.pod, ...JSON.parse(record.head).head.missing])
      expect(each).toHaveProperty("expected", each.planned);
    const { summary } = JSON.parse(record.head);
    for (const counts of Object.values<Record<string, number>>(summary))
      expect(counts).toHaveProperty("expected", counts["planned"]);
    const restored = decodeRound(record);
    expect(restored.plan).toEqual(of.plan);
    expect(restored.head.missing).toEqual(round.head.missing);
    expect(restored.summary).toEqual(round.summary);
  });
});
