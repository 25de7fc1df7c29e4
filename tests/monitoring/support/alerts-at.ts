import { expect } from "vitest";
import { type Series, SLOT_S } from "./play-rounds.ts";
import { promtool } from "./promtool.ts";
import { ruleFile } from "./rule-file.ts";

/**
 * Compares the alerts that fire at each minute, as promtool computes them, with `expected`. Each
 * alert is a line, such as `NetcheckerFindingCritical node-3`: its name, its node if it has one,
 * and then each label of `by`, as in `NetcheckerDown namespace=netchecker`.
 */
export async function expectAlerts(
  series: readonly Series[],
  expected: Readonly<Record<number, readonly string[]>>,
  by: readonly string[] = [],
): Promise<void> {
  const { code, said } = await testRules(series, {
    promql_expr_test: Object.entries(expected).map(([minute, alerts]) => ({
      expr: `count by (${["alertname", "node", ...by].join()}) (ALERTS{alertstate="firing"})`,
      eval_time: `${Number(minute) * 60}s`,
      exp_samples: alerts.map((alert) => ({ labels: labelsOf(alert), value: 1 })),
    })),
  });
  expect(code, said).toBe(0);
}

/** Runs the component's rules over series. Returns promtool's own words about the expectations. */
export async function testRules(series: readonly Series[], expectations: object) {
  const input = series.flatMap((each) => Object.entries(each));
  const file = {
    rule_files: ["rules.yaml"],
    evaluation_interval: "30s",
    tests: [
      {
        interval: `${SLOT_S}s`,
        input_series: input.map(([name, values]) => ({ series: name, values })),
        ...expectations,
      },
    ],
  };
  const files = { "rules.yaml": await ruleFile(), "test.yaml": JSON.stringify(file) };
  return promtool(["test", "rules", "test.yaml"], files);
}

function labelsOf(alert: string): string {
  const [name, ...others] = alert.split(" ");
  const labels = others.map((label) => (label.includes("=") ? label : `node=${label}`).split("="));
  return `{${[["alertname", name], ...labels].map(([key, value]) => `${key}="${value}"`).join()}}`;
}
