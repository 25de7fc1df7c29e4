import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { misfits } from "../deploy/support/misfits.ts";
import { DEPLOY } from "../deploy/support/rendered.ts";
import { type Dashboard, expressionsOf } from "./support/dashboard.ts";
import { promtool } from "./support/promtool.ts";

const dashboard = JSON.parse(
  await readFile(join(DEPLOY, "components/monitoring/netchecker.json"), "utf8"),
) as Dashboard;

test("the dashboard is what Grafana's schema says", async () => {
  const typed = (value: object) => misfits([{ type: "Dashboard", from: "@grafana/schema", value }]);
  expect(await typed(dashboard)).toBe("");
  expect(await typed({ ...dashboard, panls: [] })).toContain("panls");
});

test("each panel has a place of its own, says what it shows, and asks the datasource that is chosen", () => {
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
