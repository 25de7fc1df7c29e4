import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { aView } from "@netchecker/round/testing/a-round";
import { misfits } from "../deploy/support/misfits.ts";
import { DEPLOY } from "../deploy/support/rendered.ts";
import { testRules } from "./support/alerts-at.ts";
import { type Dashboard, expressionsOf } from "./support/dashboard.ts";
import { playRounds, type Series, type Step } from "./support/play-rounds.ts";
import { promtool } from "./support/promtool.ts";

const dashboard = JSON.parse(
  await readFile(join(DEPLOY, "components/monitoring/netchecker.json"), "utf8"),
) as Dashboard;

test("the dashboard fits Grafana's schema", async () => {
  const typed = (value: object) => misfits([{ type: "Dashboard", from: "@grafana/schema", value }]);
  expect(await typed(dashboard)).toBe("");
  expect(await typed({ ...dashboard, panls: [] })).toContain("panls");
});

test("each panel has its own place and a description, and uses the chosen datasource", () => {
  const ids = dashboard.panels.map(({ id }) => id);
  expect(ids).toEqual([...new Set(ids)]);
  const taken = new Set<string>();
  for (const { title, description, datasource, targets, gridPos } of dashboard.panels) {
    expect([title, description]).not.toContain("");
    for (const { uid } of [datasource, ...targets.map((target) => target.datasource)])
      expect(uid).toBe("${datasource}");
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1)
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
        expect(x).toBeLessThan(24);
        expect(taken).not.toContain(`${x} ${y}`);
        taken.add(`${x} ${y}`);
      }
  }
});

test("promtool can parse every expression", async () => {
  const rules = expressionsOf(dashboard).map((expr, index) => ({ record: `panel:${index}`, expr }));
  expect(rules.length).toBeGreaterThan(20);
  const check = (all: object[]) =>
    promtool(["check", "rules", "rules.yaml"], {
      "rules.yaml": JSON.stringify({ groups: [{ name: "dashboard", rules: all }] }),
    });
  const { code, said } = await check(rules);
  expect(code, said).toBe(0);
  expect((await check([{ record: "panel:x", expr: "sum by (" }])).code).not.toBe(0);
});

describe("the first panel", () => {
  const [verdict] = dashboard.panels;
  const { options } = verdict!.fieldConfig.defaults.mappings![0]!;
  const step = (with_: Partial<Step>): Step => ({ view: aView(2), ...with_ });
  const of = (with_: Partial<Step>) => playRounds([step(with_), step(with_)]);
  const B = { instance: "netchecker-b" };

  it.each<[string, string, Series[]]>([
    ["ok", "green", [of({})]],
    ["degraded", "orange", [of({ verdict: "degraded" })]],
    ["failing", "red", [of({ verdict: "failing" })]],
    ["unmeasured", "purple", [of({ verdict: "redis_away" })]],
    ["no verdict", "dark-purple", [of({ standsBy: true })]],
    ["no verdict", "dark-purple", [of({ down: true })]],
    ["no verdict", "dark-purple", [{ 'up{job="other"}': "1x12" }]],
    [
      "ok",
      "green",
      [of({ verdict: "redis_away", redisAway: true }), playRounds([step({}), step({})], B)],
    ],
  ])("says %s in %s", async (text, color, series) => {
    const value = Object.keys(options).find((each) => options[each]!.text === text)!;
    expect(options[value]!.color).toBe(color);
    const { code, said } = await testRules(series, {
      promql_expr_test: [
        {
          expr: expressionsOf({ panels: [verdict!] })[0],
          eval_time: "100s",
          exp_samples: [{ labels: "{}", value: Number(value) }],
        },
      ],
    });
    expect(code, said).toBe(0);
  });
});

test("no panel is green for an unknown value", () => {
  const shown = dashboard.panels.filter(({ type }) => type === "stat");
  expect(shown.length).toBeGreaterThan(5);
  for (const { title, fieldConfig } of shown)
    expect(fieldConfig.defaults.thresholds!.steps[0]!.color, title).not.toBe("green");
});
