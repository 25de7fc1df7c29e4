import { describe, expect, it } from "vitest";
import { CHECKS, type Check, TARGET_TYPES, type TargetType } from "./check.ts";
import { decodeReport } from "./decode-report.ts";
import { decodeTargetList } from "./decode-target-list.ts";
import { MAX_ANSWERERS_OF_TYPE, MAX_TARGETS_OF_TYPE, reportLimits } from "./message-limits.ts";
import { type Outcome, toColumns } from "./outcome.ts";
import { REASONS } from "./reason.ts";
import type { Report } from "./report.ts";
import type { TargetList } from "./target-list.ts";

const name = (length: number) => "n".repeat(length);
const LONGEST = name(253);

/**
 * The longest outcomes that a healthy agent can find for a type. Each of them is possible, but only
 * one at a time.
 */
function longest(type: TargetType): Outcome[] {
  const common = { latencyMs: 1_234_567, attempts: 9 };
  const answeredBy = Array.from({ length: MAX_ANSWERERS_OF_TYPE[type] }, () => ({
    pod: LONGEST,
    node: LONGEST,
    connections: 20,
  }));
  const silent = { ...common, reason: "dns_mismatch", detail: "x".repeat(200) } as const;
  if (type === "external") return [silent];
  if (type === "service") return [{ ...silent, answeredBy }];
  return [silent, { ...common, reason: "wrong_responder", answeredBy }];
}

function reportOf(type: TargetType, outcomes: Outcome[]): Report {
  return {
    v: 1,
    type,
    round: Number.MAX_SAFE_INTEGER,
    list: "l".repeat(64),
    agent: { pod: LONGEST, node: LONGEST, ip: "0000:0000:0000:0000:0000:ffff:255.255.255.255" },
    tookMs: 3_599_999.123,
    prober: { loopDelayP99Ms: 123_456.789, throttledMs: 123_456.789, starved: false },
    ...toColumns(outcomes),
  };
}

describe("the limits of a report", () => {
  it.each(
    TARGET_TYPES.flatMap((type) =>
      [0, 1, 3, 400, MAX_TARGETS_OF_TYPE[type]].map((targets) => [type, targets] as const),
    ),
  )(
    "are above the largest report that a healthy agent can write: %s, %i targets",
    (type, targets) => {
      for (const outcome of longest(type)) {
        const report = reportOf(
          type,
          Array.from({ length: targets }, () => outcome),
        );
        const text = JSON.stringify(report);
        expect(decodeReport(type, text, reportLimits(type, targets))).toMatchObject({ ok: true });
      }
    },
  );

  it("are above random reports, with the names of the round", () => {
    let state = 1;
    const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    for (let round = 0; round < 300; round += 1) {
      const type = TARGET_TYPES[random(4)]!;
      const targets = random(60);
      const [pod, node] = [name(1 + random(253)), name(1 + random(253))];
      const outcomes = Array.from({ length: targets }, (): Outcome => {
        const answerers = random(MAX_ANSWERERS_OF_TYPE[type] + 1);
        return {
          reason: REASONS[random(REASONS.length)]!,
          latencyMs: random(2) === 0 ? null : random(3_600_000_000) / 1_000,
          attempts: random(10),
          ...(answerers > 0 && {
            answeredBy: Array.from({ length: answerers }, () => ({
              pod,
              node,
              connections: 1 + random(20),
            })),
          }),
          ...((answerers === 0 || type === "service") &&
            random(2) === 0 && { detail: name(1 + random(200)) }),
        };
      });
      const text = JSON.stringify(reportOf(type, outcomes));
      const limits = reportLimits(type, targets, pod.length + node.length);
      expect(decodeReport(type, text, limits)).toMatchObject({ ok: true });
    }
  });

  it("are so small that a report with 60,000 answerers of one pod is not parsed", () => {
    const report = reportOf("pod", longest("pod").slice(1));
    report.answeredBy[0] = Array.from({ length: 60_000 }, () => ["a", "b", 1]);
    expect(decodeReport("pod", JSON.stringify(report), reportLimits("pod", 200))).toMatchObject({
      ok: false,
      fault: "too_large",
    });
    expect(reportLimits("node", 400, 126).chars).toBeLessThan(100_000);
  });
});

describe("the limits of a list", () => {
  it.each(TARGET_TYPES)("are above the longest list of the largest cluster: %s", (type) => {
    const count = MAX_TARGETS_OF_TYPE[type];
    const column = <T>(value: T) => Array.from({ length: count }, () => value);
    const external = type === "external" ? `https://${name(2_040)}` : null;
    const list: TargetList = {
      v: 1,
      type,
      round: Number.MAX_SAFE_INTEGER,
      list: "l".repeat(64),
      reportWithinMs: 3_600_000,
      check: column(CHECKS[type].at(-1)! as Check),
      name: column(external ?? (type === "service" ? name(580) : LONGEST)),
      node: column(external ? null : LONGEST),
      address: column(external ?? "[0000:0000:0000:0000:0000:ffff:255.255.255.255]:65535"),
    };
    expect(decodeTargetList(type, JSON.stringify(list))).toMatchObject({ ok: true });
  });
});
