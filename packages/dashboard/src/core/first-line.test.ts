import { type State, type Verdict, VERDICTS } from "@netchecker/contract";
import { expect, it } from "vitest";
import { aMesh } from "../../tests/support/a-mesh.ts";
import type { Connection } from "./connection.ts";
import { lineOfNow, lineOfRound, sayShownIsOld, titleOf } from "./first-line.ts";

const NOW = Date.parse("2026-11-22T23:12:00Z");
const at = (secondsAgo: number) => new Date(NOW - secondsAgo * 1_000).toISOString();
const LIVE = { is: "live" } as const;

const aVerdict = (with_: Partial<Verdict> = {}): Verdict => ({
  verdict: "failing",
  sentence: "node-3 is down.",
  since: at(720),
  reason: null,
  ...with_,
});

function aState(verdict: Partial<Verdict> = {}): State {
  return {
    now: at(40),
    verdict: aVerdict(verdict),
    intervalMs: 60_000,
    last: null,
    shown: null,
    open: null,
    clusterSynced: true,
    clusterViewStaleSince: null,
    redisAwaySince: null,
  };
}

/** Round 42, which closed 5 s after 23:00. */
function aRound(verdict: Partial<Verdict> | null) {
  const mesh = aMesh([], []);
  return { ...mesh, round: { ...mesh.round, verdict: verdict && aVerdict(verdict) } };
}

it("is netchecker's verdict of now: its word, its sentence, its duration", () => {
  expect(lineOfNow(aState(), LIVE, NOW)).toEqual({
    look: "failing",
    of: null,
    word: "Failing",
    sentence: "node-3 is down.",
    age: "for 12 min",
    before: null,
  });
  expect(VERDICTS.map((verdict) => lineOfNow(aState({ verdict }), LIVE, NOW).look)).toEqual(
    VERDICTS,
  );
});

it.each([
  [
    { is: "lost", since: NOW - 12_000, why: "the connection failed." },
    "netchecker has not answered for 12 s: the connection failed.",
  ],
  [{ is: "standing-by", since: NOW - 12_000, why: "b runs the rounds." }, "b runs the rounds."],
] as const)(
  "does not stay ok while netchecker does not answer: %o",
  (connection: Connection, sentence) => {
    const line = lineOfNow(aState({ verdict: "ok", sentence: "all ok." }), connection, NOW);
    expect(line).toMatchObject({ look: "unmeasured", word: "Not known", sentence });
    expect(line.before).toBe("Last known, 40 s ago: ok: all ok.");
    expect(lineOfNow(null, connection, NOW)).toMatchObject({ look: "unmeasured", before: null });
  },
);

it("the text for screen readers does not tick", () => {
  const spoken = (since: number) =>
    lineOfNow(null, { is: "lost", since, why: "no route." }, NOW).spoken;
  expect(spoken(NOW - 12_000)).toBe("netchecker does not answer: no route.");
  expect(spoken(NOW - 13_000)).toBe(spoken(NOW - 12_000));
});

it("claims nothing before netchecker has answered", () => {
  expect(lineOfNow(null, { is: "connecting" }, NOW).look).toBe("neutral");
});

it("for a past round it is that round's own verdict, from its close", () => {
  const since = "2026-11-22T22:55:05.000Z";
  expect(lineOfRound(42, aRound({ since }))).toMatchObject({
    look: "failing",
    of: "Round 42, as of its close",
    age: "for 5 min when it closed",
  });
  expect(lineOfRound(42, aRound({ since: "2026-11-22T23:00:05.000Z" })).age).toBe(
    "since this round",
  );
});

it("for a round of an older version it claims nothing, and says the round's counts and findings", () => {
  const mesh = aRound(null);
  mesh.summary.pod = { total: 1_200, ok: 1_190, failed: 7, unknown: 3, planned: 0 };
  const line = lineOfRound(42, mesh);
  expect(line).toMatchObject({ look: "neutral", word: "No verdict", age: null });
  expect(line.sentence).toBe(
    "An older version stored this round, and rounds had no verdict then. 1,190 of 1,200 checks ok; 7 failed; 3 not measured; 0 of 0 agents reported; no alarm.",
  );
});

it("claims nothing about a round that is not loaded yet, even if another one is", () => {
  expect(lineOfRound(41, aRound({})).look).toBe("neutral");
  expect(lineOfRound(41, null).look).toBe("neutral");
});

it("says that the round below is old if netchecker does not know the current state", () => {
  const { round } = aRound({});
  const unmeasured = lineOfNow(aState({ verdict: "unmeasured" }), LIVE, NOW);
  expect(sayShownIsOld(unmeasured, round, NOW)).toBe(
    "Shown below: round 42, which closed 11 min ago; it says nothing of now.",
  );
  const itself = aRound({ verdict: "unmeasured" }).round;
  expect(sayShownIsOld(unmeasured, itself, NOW)).toContain("it measured too little to tell");
  expect(sayShownIsOld(lineOfNow(aState(), LIVE, NOW), round, NOW)).toBeNull();
});

it("the title begins with the word, and names a past round", () => {
  expect(titleOf(lineOfNow(aState(), LIVE, NOW))).toBe("failing – netChecker");
  expect(titleOf(lineOfRound(42, aRound({})))).toBe("round 42: failing – netChecker");
});
