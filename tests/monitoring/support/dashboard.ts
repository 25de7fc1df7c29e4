interface Datasource {
  readonly uid: string;
}

/** The parts of a Grafana dashboard that the tests read. */
export interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly description: string;
    readonly datasource: Datasource;
    readonly gridPos: {
      readonly x: number;
      readonly y: number;
      readonly w: number;
      readonly h: number;
    };
    readonly fieldConfig: {
      readonly defaults: {
        readonly thresholds?: { readonly steps: readonly { readonly color: string }[] };
        readonly mappings?: readonly {
          readonly options: Readonly<
            Record<string, { readonly text: string; readonly color: string }>
          >;
        }[];
      };
    };
    readonly targets: readonly { readonly expr: string; readonly datasource: Datasource }[];
  }[];
}

/** Every expression of a dashboard, with Grafana's values for its variables. */
export function expressionsOf({ panels }: Dashboard): string[] {
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) =>
      expr.replaceAll("$namespace", "netchecker").replaceAll("$__rate_interval", "5m"),
    ),
  );
}
