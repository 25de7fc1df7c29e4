interface Datasource {
  readonly uid: string;
}

/** What of a Grafana dashboard the tests look at. */
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

/** Every expression of a dashboard, with what Grafana puts in for its variables. */
export function expressionsOf({ panels }: Dashboard): string[] {
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) =>
      expr.replaceAll("$namespace", "netchecker").replaceAll("$__rate_interval", "5m"),
    ),
  );
}
