import { VARIANTS } from "../../deploy/support/rendered.ts";

/** An expression that is computed once for several alerts. */
export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

/** One alert of the component, as it is rendered. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

async function spec() {
  const all = await VARIANTS.monitoring();
  return all.get("PrometheusRule", "netchecker").spec as {
    readonly groups: readonly {
      readonly name: string;
      readonly rules: readonly (AlertRule | RecordingRule)[];
    }[];
  };
}

/** All rules of deploy/components/monitoring. */
export async function allRules(): Promise<readonly (AlertRule | RecordingRule)[]> {
  return (await spec()).groups.flatMap(({ rules }) => rules);
}

/** The alerts among the rules. */
export async function alertRules(): Promise<readonly AlertRule[]> {
  return (await allRules()).filter((rule) => "alert" in rule);
}

/**
 * The component's rules as a file that Prometheus can read (JSON is YAML). `shortened` sets how
 * long an alert waits, how often it is evaluated, and how long a last value counts. Tests use it so
 * that they do not have to wait for minutes.
 */
export async function ruleFile(shortened?: {
  for: string;
  interval: string;
  lastWord: string;
}): Promise<string> {
  const { groups } = await spec();
  if (!shortened) return JSON.stringify({ groups });
  const { interval, lastWord } = shortened;
  return JSON.stringify({
    groups: groups.map(({ name, rules }) => ({
      name,
      interval,
      rules: rules.map((rule) => ({
        ...rule,
        expr: rule.expr
          .replaceAll(/\[\d+m\]/g, `[${lastWord}]`)
          .replaceAll(/\[\d+m:\d+s\]/g, `[${lastWord}:${interval}]`),
        ...("alert" in rule && { for: shortened.for, keep_firing_for: "0s" }),
      })),
    })),
  });
}
