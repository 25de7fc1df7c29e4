import { expect } from "vitest";
import type { Series } from "./play-rounds.ts";
import { promtool } from "./promtool.ts";
import { ruleFile } from "./rule-file.ts";

/**
 * Holds what fires at each minute, as promtool finds it, against `expected`: a line for each alert, such as
 * `NetcheckerFindingCritical node-3`, its name and its node where it has one.
 */
export async function expectAlerts(
  series: readonly Series[],
  expected: Readonly<Record<number, readonly string[]>>,
): Promise<void> {
  const test = {
    rule_files: ["rules.yaml"],
    evaluation_interval: "30s",
    tests: [
      {
        interval: "1m",
        input_series: series
          .flatMap((each) => Object.entries(each))
          .map(([name, values]) => ({ series: name, values })),
        promql_expr_test: Object.entries(expected).map(([minute, alerts]) => ({
          expr: 'count by (alertname, node) (ALERTS{alertstate="firing"})',
          eval_time: `${minute}m`,
          exp_samples: alerts.map((alert) => ({ labels: labelsOf(alert), value: 1 })),
        })),
      },
    ],
  };
  const files = { "rules.yaml": await ruleFile(), "test.yaml": JSON.stringify(test) };
  const { code, said } = await promtool(["test", "rules", "test.yaml"], files);
  expect(code, said).toBe(0);
}

function labelsOf(alert: string): string {
  const [name, node] = alert.split(" ");
  return `{alertname="${name}"${node === undefined ? "" : `, node="${node}"`}}`;
}
