import { describe, expect, it } from "vitest";
import { aView, into, between, outOf, TIMEOUT, under } from "@netchecker/round/testing/a-round";
import { expectAlerts, testRules } from "./support/alerts-at.ts";
import { playRounds, type Series, type Step } from "./support/play-rounds.ts";
import { alertRules } from "./support/rule-file.ts";

const VIEW = aView(5);
const FINE: Step = { view: VIEW };
const STANDS_BY: Step = { ...FINE, standsBy: true };
const DOWN: Step = { ...FINE, down: true };
const STOPPED: Step = { ...FINE, noRound: true };
/** node-3 is cut off from all others. */
const CUT_OFF: Step = {
  view: VIEW,
  finds: under(between((from, to) => into(3)(from, to) || outOf(3)(from, to), TIMEOUT)),
};

/** Equal minutes. */
const minutes = (count: number, step: Step = FINE): Step[] =>
  Array.from({ length: count }, () => step);

const B = { instance: "netchecker-b", phase: 20 };

/** The series that Prometheus has of a mesh's agents. */
const agentsUp = (namespace: string, slots: number): Series => ({
  [`up{job="netchecker-ping",namespace="${namespace}",node="node-1"}`]: `1x${slots}`,
});

/** No alert fires at any of these minutes. */
const quietAt = (...at: readonly number[]) => Object.fromEntries(at.map((minute) => [minute, []]));
/** One alert fires at each of these minutes. */
const firesAt = (alert: string, ...at: readonly number[]) =>
  Object.fromEntries(at.map((minute) => [minute, [alert]]));

describe("NetcheckerUnmeasured", () => {
  it("fires when rounds no longer close, and ends soon after the next round", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(15, STOPPED), ...minutes(8)])], {
      ...quietAt(5, 7, 9),
      ...firesAt("NetcheckerUnmeasured", 11, 15, 20),
      ...quietAt(25),
    }));

  it("fires when Redis is away from the start", () =>
    expectAlerts([playRounds(minutes(12, { ...FINE, redisAway: true, verdict: "redis_away" }))], {
      ...quietAt(2),
      ...firesAt("NetcheckerUnmeasured", 4, 11),
    }));

  it("does not fire for a new installation whose first round is still open", () =>
    expectAlerts([playRounds([...minutes(2, STOPPED), ...minutes(10)])], quietAt(1, 2, 3, 6, 11)));

  it("fires for a new installation whose first round never closes", () =>
    expectAlerts([playRounds(minutes(10, STOPPED))], {
      ...quietAt(2),
      ...firesAt("NetcheckerUnmeasured", 5, 9),
    }));

  it("does not fire while new nodes start for ten minutes, and fires when they start for ever", async () => {
    const starting: Step = { ...FINE, verdict: "agents_starting" };
    await expectAlerts(
      [playRounds([...minutes(10, starting), ...minutes(10)])],
      quietAt(4, 8, 10, 12, 19),
    );
    await expectAlerts([playRounds(minutes(30, starting))], {
      ...quietAt(10, 14),
      ...firesAt("NetcheckerUnmeasured", 20, 29),
    });
  });

  it("does not wait longer if another reason follows after starting agents", () =>
    expectAlerts(
      [
        playRounds([
          ...minutes(6, { ...FINE, verdict: "agents_starting" }),
          ...minutes(8, { ...FINE, verdict: "no_agent_reported" }),
        ]),
      ],
      { ...quietAt(6), ...firesAt("NetcheckerUnmeasured", 10, 13) },
    ));

  it("fires although every second scrape fails, and not because one fails", async () => {
    const sometimes: Step = { ...STOPPED, down: "sometimes", verdict: "rounds_stopped" };
    await expectAlerts([playRounds([...minutes(5), ...minutes(8, sometimes)])], {
      ...quietAt(5),
      ...firesAt("NetcheckerUnmeasured", 9, 12),
    });
    const missed = { ...DOWN, seconds: 30 };
    await expectAlerts([playRounds([...minutes(5), missed, ...minutes(8)])], quietAt(6, 9, 12));
  });

  it("does not fire when a verdict flips once", () => {
    const flips = Array.from({ length: 20 }, (_, minute): Step =>
      minute % 2 === 0 ? FINE : { ...FINE, verdict: "rounds_stopped" },
    );
    return expectAlerts([playRounds(flips)], quietAt(5, 10, 15, 19));
  });

  it("does not fire while the only netchecker restarts", () =>
    expectAlerts(
      [playRounds([...minutes(6), ...minutes(3, DOWN), ...minutes(10)])],
      quietAt(6, 8, 9, 10, 12, 18),
    ));

  it("gives netchecker's reason if netchecker gives one", async () => {
    const { code, said } = await summaryAt6(
      [playRounds(minutes(8, { ...FINE, verdict: "redis_refuses" }))],
      "netChecker in netchecker does not know whether the network works: redis_refuses",
    );
    expect(code, said).toBe(0);
    const none = await summaryAt6(
      [playRounds(minutes(8, STANDS_BY))],
      "netChecker in netchecker does not know whether the network works",
    );
    expect(none.code, none.said).toBe(0);
  });
});

describe("with two replicas", () => {
  it("a standby causes no alert, whatever its verdict would be", () =>
    expectAlerts(
      [
        playRounds(minutes(20)),
        playRounds(minutes(20, { ...STANDS_BY, verdict: "rounds_stopped" }), B),
      ],
      quietAt(5, 10, 19),
    ));

  it("the standby takes over within 20 s when the leader dies, and nothing fires", () =>
    expectAlerts(
      [
        playRounds([...minutes(6), ...minutes(12, DOWN)]),
        playRounds(
          [
            ...minutes(6, STANDS_BY),
            { ...STANDS_BY, seconds: 20 },
            { ...STOPPED, seconds: 40 },
            ...minutes(11),
          ],
          B,
        ),
      ],
      quietAt(6, 6.5, 7, 7.5, 8, 9, 10, 12, 17),
    ));

  it("a leader that disappears with its node leaves no target behind, and nothing fires", () =>
    expectAlerts(
      [
        playRounds([...minutes(6), ...minutes(12, { ...FINE, gone: true })]),
        playRounds([...minutes(6, STANDS_BY), { ...STANDS_BY, seconds: 20 }, ...minutes(12)], B),
      ],
      quietAt(6, 6.5, 7, 8, 10, 14, 17),
    ));

  it("a finding keeps firing during the takeover", () =>
    expectAlerts(
      [
        playRounds([...minutes(6, CUT_OFF), ...minutes(12, DOWN)]),
        playRounds(
          [
            ...minutes(6, { ...CUT_OFF, standsBy: true }),
            { ...CUT_OFF, standsBy: true, seconds: 20 },
            { ...CUT_OFF, noRound: true, seconds: 40 },
            ...minutes(11, CUT_OFF),
          ],
          B,
        ),
      ],
      firesAt("NetcheckerFindingCritical node-3", 5, 6, 6.5, 7, 7.5, 8, 12, 17),
    ));

  it("fires if the leader dies and the standby does not take over", () =>
    expectAlerts(
      [playRounds([...minutes(6), ...minutes(12, DOWN)]), playRounds(minutes(18, STANDS_BY), B)],
      { ...quietAt(8), ...firesAt("NetcheckerUnmeasured", 12, 17) },
    ));

  it("fires if Prometheus does not reach the leader, because there is no verdict", () =>
    expectAlerts(
      [playRounds([...minutes(4), ...minutes(12, DOWN)]), playRounds(minutes(16, STANDS_BY), B)],
      { ...quietAt(4), ...firesAt("NetcheckerUnmeasured", 11, 15) },
    ));

  it("fires if both stand by because a netchecker that nobody scrapes holds the lease", () =>
    expectAlerts([playRounds(minutes(12, STANDS_BY)), playRounds(minutes(12, STANDS_BY), B)], {
      ...quietAt(2),
      ...firesAt("NetcheckerUnmeasured", 6, 11),
    }));

  it("does not fire if one is cut off from Redis and the other measures", () =>
    expectAlerts(
      [
        playRounds([
          ...minutes(5),
          ...minutes(15, { ...FINE, redisAway: true, verdict: "redis_away" }),
        ]),
        playRounds([...minutes(5, STANDS_BY), ...minutes(15)], B),
      ],
      quietAt(6, 9, 12, 19),
    ));

  it("fires if both lose Redis", () => {
    const away: Step = { ...FINE, redisAway: true, verdict: "redis_away" };
    return expectAlerts(
      [
        playRounds([...minutes(5), ...minutes(10, away)]),
        playRounds([...minutes(5, STANDS_BY), ...minutes(10, away)], B),
      ],
      { ...quietAt(6), ...firesAt("NetcheckerUnmeasured", 9, 14) },
    );
  });

  it("fires if Redis goes away together with the leader, although the standby has no verdict", () => {
    const away: Step = { ...FINE, redisAway: true };
    return expectAlerts(
      [
        playRounds([...minutes(5), ...minutes(12, { ...FINE, gone: true })]),
        playRounds([...minutes(5, STANDS_BY), ...minutes(12, away)], B),
      ],
      { ...quietAt(7), ...firesAt("NetcheckerUnmeasured", 11, 16) },
    );
  });
});

describe("NetcheckerDown", () => {
  it("fires alone when netchecker does not answer, or refuses Prometheus because it sends no token", () =>
    expectAlerts([playRounds([...minutes(3), ...minutes(15, DOWN)])], {
      ...quietAt(6),
      ...firesAt("NetcheckerDown", 9, 12, 17),
    }));

  it("follows NetcheckerUnmeasured without a gap when netchecker dies without a verdict", async () => {
    const series = [
      playRounds([...minutes(8, { ...FINE, verdict: "redis_refuses" }), ...minutes(12, DOWN)]),
    ];
    await expectAlerts(series, {
      ...firesAt("NetcheckerUnmeasured", 6, 8, 10, 12),
      ...firesAt("NetcheckerDown", 16, 19),
    });
    const either = 'count(ALERTS{alertstate="firing"})';
    for (const minute of [12.5, 13, 13.5, 14, 14.5]) {
      const { code, said } = await queryAt(series, `${either} >= bool 1`, minute, 1);
      expect(code, said).toBe(0);
    }
  });

  it("fires when Prometheus has a mesh's agents but not its netchecker, although another mesh is ok", () =>
    expectAlerts(
      [
        playRounds(minutes(15)),
        agentsUp("netchecker", 90),
        playRounds([...minutes(3), ...minutes(12, { ...FINE, gone: true })], {
          namespace: "netchecker-host",
        }),
        agentsUp("netchecker-host", 90),
      ],
      { ...quietAt(6), ...firesAt("NetcheckerDown namespace=netchecker-host", 10, 14) },
      ["namespace"],
    ));

  it("does not fire for a mesh that is removed with its agents", () =>
    expectAlerts(
      [
        playRounds(minutes(15)),
        playRounds([...minutes(3), ...minutes(12, { ...FINE, gone: true })], {
          namespace: "netchecker-host",
        }),
      ],
      quietAt(6, 10, 14),
    ));

  it("fires once when Prometheus knows of no mesh at all", () =>
    expectAlerts([{ 'up{job="other"}': "1x120" }], {
      ...quietAt(4),
      ...firesAt("NetcheckerDown", 10),
    }));
});

describe("with two meshes", () => {
  it.each([
    ["in two namespaces", { namespace: "netchecker-host" }, "namespace=netchecker-host"],
    ["in two clusters", { cluster: "b" }, "cluster=b"],
  ])("%s, the mesh that is ok does not hide that the other is not measured", (_, other, label) =>
    expectAlerts(
      [
        playRounds(minutes(15), { cluster: "a" }),
        playRounds([...minutes(3), ...minutes(12, STOPPED)], { cluster: "a", ...other }),
      ],
      { ...quietAt(6), ...firesAt(`NetcheckerUnmeasured ${label}`, 11, 14) },
      [label.split("=")[0]!],
    ),
  );

  it("in two clusters, a finding has the label of its own cluster", () =>
    expectAlerts(
      [
        playRounds(minutes(10), { cluster: "a" }),
        playRounds(minutes(10, CUT_OFF), { cluster: "b" }),
      ],
      { 8: ["NetcheckerFindingCritical node-3 cluster=b"] },
      ["cluster"],
    ));
});

describe("while the verdict is unmeasured", () => {
  const silent = VIEW.nodes.map(({ name }) => name);

  it("missing agents cause no alerts of their own, because that would be one for each node", () =>
    expectAlerts(
      [
        playRounds([
          ...minutes(3),
          ...minutes(20, { ...FINE, silent, verdict: "no_agent_reported" }),
        ]),
      ],
      { 22: ["NetcheckerUnmeasured"] },
    ));

  it("findings of the last round keep firing beside it", () =>
    expectAlerts(
      [playRounds([...minutes(5, CUT_OFF), ...minutes(15, { ...CUT_OFF, noRound: true })])],
      {
        19: ["NetcheckerFindingCritical node-3", "NetcheckerUnmeasured"],
      },
    ));
});

describe("NetcheckerDegraded", () => {
  const degraded: Step = { ...FINE, verdict: "degraded" };

  it("fires when the verdict is degraded for long, and not for a short time", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(40, degraded), ...minutes(10)])], {
      ...quietAt(10, 30),
      ...firesAt("NetcheckerDegraded", 40, 44),
      ...quietAt(54),
    }));

  it("does not fire if a planned warning says why", () => {
    const planned =
      'netchecker_finding{namespace="netchecker",kind="node-down",severity="warning",planned="true",node="node-3"}';
    return expectAlerts(
      [playRounds(minutes(45, degraded)), { [planned]: "1x270" }],
      quietAt(40, 44),
    );
  });
});

/** Whether NetcheckerUnmeasured has this summary after six minutes. */
async function summaryAt6(series: readonly Series[], summary: string) {
  const rule = (await alertRules()).find(({ alert }) => alert === "NetcheckerUnmeasured")!;
  const description = rule.annotations["description"]!.replaceAll(
    "{{ $labels.namespace }}",
    "netchecker",
  );
  return testRules(series, {
    alert_rule_test: [
      {
        eval_time: "6m",
        alertname: rule.alert,
        exp_alerts: [
          {
            exp_labels: { namespace: "netchecker", severity: "critical" },
            exp_annotations: { ...rule.annotations, description, summary },
          },
        ],
      },
    ],
  });
}

/** Whether an expression has one value at a minute. */
const queryAt = (series: readonly Series[], expr: string, minute: number, value: number) =>
  testRules(series, {
    promql_expr_test: [
      { expr, eval_time: `${minute * 60}s`, exp_samples: [{ labels: "{}", value }] },
    ],
  });
