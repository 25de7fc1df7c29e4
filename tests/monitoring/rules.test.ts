import { access } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import {
  aNode,
  aPod,
  aView,
  between,
  failing,
  fromNodes,
  into,
  outOf,
  TIMEOUT,
  under,
} from "@netchecker/round/testing/a-round";
import { expectAlerts, testRules } from "./support/alerts-at.ts";
import { playRounds, type Step } from "./support/play-rounds.ts";
import { promtool } from "./support/promtool.ts";
import { alertRules, allRules, ruleFile } from "./support/rule-file.ts";

const NODES = 8;
const VIEW = aView(NODES);
const FINE: Step = { view: VIEW };

/** Equal steps. */
const minutes = (count: number, minute: Step = FINE): Step[] =>
  Array.from({ length: count }, () => minute);

/** node-3 is cut off from all others, in both directions. */
const CUT_OFF: Step = {
  view: VIEW,
  finds: under(between((from, to) => into(3)(from, to) || outOf(3)(from, to), TIMEOUT)),
};
/** The pong on node-3 hangs. */
const HUNG: Step = {
  view: VIEW,
  finds: ({ node, check }) =>
    node === "node-3" && (check === "echo" || check === "nodeport")
      ? failing("response_timeout")
      : { reason: "ok", latencyMs: 0.5, attempts: 1 },
};
const SILENT = (...silent: string[]): Step => ({ view: VIEW, silent });

test("promtool finds no fault in the rules", async () => {
  const { code, said } = await promtool(["check", "rules", "rules.yaml"], {
    "rules.yaml": await ruleFile(),
  });
  expect(code, said).toBe(0);
  expect(said).toContain(`${(await allRules()).length} rules found`);
});

test("each alert has a severity, says what and where, and has a runbook that exists", async () => {
  for (const { alert, labels, annotations } of await alertRules()) {
    expect(["critical", "warning", "info"]).toContain(labels["severity"]);
    expect(Object.keys(annotations)).toEqual(["summary", "description", "runbook_url"].toSorted());
    const url = `https://netchecker.example/docs/runbooks/${alert}.md`;
    expect(annotations["runbook_url"]).toBe(url);
    await access(join(import.meta.dirname, `../../docs/runbooks/${alert}.md`));
  }
});

describe("nothing fires", () => {
  it("while all is ok", () => expectAlerts([playRounds(minutes(30))], { 5: [], 15: [], 29: [] }));

  it("when a node is drained, rebooted and comes back", () => {
    const drained = (with_: object, pods = VIEW.pods) =>
      aView(NODES, {
        nodes: VIEW.nodes.map((node) => (node.name === "node-3" ? aNode(3, with_) : node)),
        pods,
      });
    const withoutPods = VIEW.pods.filter(({ node }) => node !== "node-3");
    const away = { ...CUT_OFF, silent: ["node-3"] };
    return expectAlerts(
      [
        playRounds([
          ...minutes(3),
          ...minutes(5, { view: drained({ cordoned: true }) }),
          ...minutes(15, { ...away, view: drained({ cordoned: true, ready: false }) }),
          ...minutes(15, { ...away, view: drained({ cordoned: true }, withoutPods) }),
          ...minutes(5),
        ]),
      ],
      Object.fromEntries([6, 9, 12, 20, 25, 30, 37, 42].map((minute) => [minute, []])),
    );
  });

  it("when a node is taken out of the cluster", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(20, { view: aView(NODES - 1) })])], {
      7: [],
      24: [],
    }));

  it("when ping and pong are rolled out, node by node", () => {
    const rolling = (n: number): Step => {
      const at = n * 60_000;
      const pods = VIEW.pods.filter(({ node }) => node !== `node-${n}`);
      const young = { ready: false, everReady: false, createdAt: at };
      const old = { terminating: true, ready: false };
      const next = { ...young, name: "next" };
      return {
        view: aView(NODES, {
          pods: [
            ...pods,
            aPod("ping", n, old),
            aPod("ping", n, { ...next, name: `ping-${n}-next` }),
            aPod("pong", n, old),
            aPod("pong", n, { ...next, name: `pong-${n}-next` }),
          ],
        }),
        finds: under(between(into(n), failing("connection_refused"), ["echo", "nodeport"])),
      };
    };
    const rollout = Array.from({ length: NODES }, (_, index) => rolling(index + 1));
    return expectAlerts([playRounds([FINE, ...rollout, ...minutes(15)])], {
      4: [],
      8: [],
      12: [],
      22: [],
    });
  });

  it("while netchecker restarts", () =>
    expectAlerts(
      [playRounds([...minutes(5), ...minutes(2, { ...FINE, down: true }), ...minutes(15)])],
      { 5: [], 6: [], 7: [], 8: [], 20: [] },
    ));

  it("when one round is late", () =>
    expectAlerts(
      [playRounds([...minutes(5), ...minutes(2, { ...FINE, noRound: true }), ...minutes(10)])],
      { 5: [], 6: [], 7: [], 8: [], 15: [] },
    ));

  it("for a fault in one round only", () =>
    expectAlerts([playRounds([...minutes(5), HUNG, SILENT("node-2"), ...minutes(15)])], {
      6: [],
      8: [],
      12: [],
      20: [],
    }));

  it("for a netchecker that stands by beside one that opens rounds", () => {
    const standby = minutes(30, { ...FINE, standsBy: true });
    return expectAlerts(
      [playRounds(minutes(30)), playRounds(standby, { instance: "netchecker-b" })],
      {
        5: [],
        15: [],
        29: [],
      },
    );
  });
});

describe("NetcheckerFindingCritical", () => {
  it("fires for the node that is cut off and for no other, and ends when the node is back", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(10, CUT_OFF), ...minutes(15)])], {
      5: [],
      9: ["NetcheckerFindingCritical node-3"],
      14: ["NetcheckerFindingCritical node-3"],
      25: [],
    }));

  it("keeps firing while netchecker restarts", () =>
    expectAlerts(
      [
        playRounds([
          ...minutes(2),
          ...minutes(8, CUT_OFF),
          ...minutes(2, { ...FINE, down: true }),
          ...minutes(5, CUT_OFF),
        ]),
      ],
      Object.fromEntries(
        [8, 10, 11, 12, 13, 14].map((at) => [at, ["NetcheckerFindingCritical node-3"]]),
      ),
    ));

  it("says where the fault is and what to do", async () => {
    const series =
      'netchecker_finding{namespace="netchecker",kind="route",severity="critical",planned="false",node="node-3"}';
    const rule = (await alertRules()).find(({ alert }) => alert === "NetcheckerFindingCritical")!;
    const labels = { namespace: "netchecker", kind: "route", node: "node-3" };
    const { code, said } = await testRules([{ [series]: "1x30" }], {
      alert_rule_test: [
        {
          eval_time: "3m",
          alertname: rule.alert,
          exp_alerts: [
            {
              exp_labels: { ...labels, severity: "critical" },
              exp_annotations: {
                summary: "route at node-3",
                description:
                  "netChecker in netchecker found the critical fault route at node node-3. GET /findings?node=node-3 on netchecker says what it saw, since when, and what to run next.",
                runbook_url: rule.annotations["runbook_url"],
              },
            },
          ],
        },
      ],
    });
    expect(code, said).toBe(0);
  });
});

describe("an alarm about no node", () => {
  it("fires for every node at once", () =>
    expectAlerts(
      [playRounds(minutes(20, { view: VIEW, finds: under(fromNodes(() => true, ["connect"])) }))],
      { 18: ["NetcheckerFindingWarning *"] },
    ));
});

describe("NetcheckerFindingWarning", () => {
  it("does not fire for a planned finding, although that is a warning", async () => {
    const finding = (planned: boolean) =>
      `netchecker_finding{namespace="netchecker",kind="node-down",severity="warning",planned="${planned}",node="node-3"}`;
    const up = { 'up{job="netchecker",namespace="netchecker"}': "1x400" };
    const ok = { 'netchecker_verdict{namespace="netchecker",verdict="ok"}': "1x400" };
    const at = (planned: boolean) => ({ ...up, ...ok, [finding(planned)]: "1x400" });
    await expectAlerts([at(true)], { 30: [], 60: [] });
    await expectAlerts([at(false)], { 30: ["NetcheckerFindingWarning node-3"] });
  });

  it("fires although every second scrape fails", () =>
    expectAlerts([playRounds(minutes(20, { ...HUNG, down: "sometimes" }))], {
      18: ["NetcheckerFindingWarning node-3"],
    }));

  it("fires for a pong that hangs for some time, and not at once", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(20, HUNG), ...minutes(10)])], {
      10: [],
      20: ["NetcheckerFindingWarning node-3"],
      33: [],
    }));
});

describe("NetcheckerAgentSilent", () => {
  it("fires only for the node whose agent is silent", () =>
    expectAlerts([playRounds([...minutes(5), ...minutes(20, SILENT("node-2")), ...minutes(10)])], {
      10: [],
      20: ["NetcheckerAgentSilent node-2"],
      33: [],
    }));
});

describe("agents that are planned to be away, or starting", () => {
  it("cause no alert, however many they are", () => {
    const half = VIEW.pods.filter(({ node }) => Number(node!.slice(-1)) > 4);
    const cordoned = VIEW.nodes.map((node, index) =>
      index < 4 ? aNode(index + 1, { cordoned: true }) : node,
    );
    const young = VIEW.pods.map((pod, index) =>
      index < 6 ? { ...pod, ready: false, everReady: false, createdAt: 10 * 60_000 } : pod,
    );
    return expectAlerts(
      [
        playRounds([
          ...minutes(10),
          ...minutes(2, { view: aView(NODES, { pods: young }) }),
          ...minutes(5),
          ...minutes(20, { view: aView(NODES, { nodes: cordoned, pods: half }) }),
        ]),
      ],
      Object.fromEntries([11, 14, 17, 22, 30, 36].map((minute) => [minute, []])),
    );
  });
});

describe("NetcheckerCoverageLow", () => {
  it("fires when more than a quarter of the agents are missing, not for a quarter", async () => {
    const quarter = minutes(9, SILENT("node-1", "node-2"));
    await expectAlerts([playRounds(quarter)], { 8: [] });
    const more = minutes(9, SILENT("node-1", "node-2", "node-3"));
    await expectAlerts([playRounds(more)], { 4: [], 8: ["NetcheckerCoverageLow"] });
  });
});

describe("NetcheckerClusterViewStale", () => {
  it("fires when the API server has been silent for long, and not after a short interruption", async () => {
    const stale: Step = { ...FINE, staleSince: -600_000 };
    await expectAlerts([playRounds(minutes(15, stale))], {
      3: [],
      12: ["NetcheckerClusterViewStale"],
    });
    const hiccup = Array.from({ length: 15 }, (_, minute): Step => ({
      ...FINE,
      staleSince: (minute - 1) * 60_000,
    }));
    await expectAlerts([playRounds(hiccup)], { 12: [] });
  });
});
