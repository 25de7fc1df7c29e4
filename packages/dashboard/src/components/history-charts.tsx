import type { NodeHistory } from "@netchecker/contract";
import { useEffect, useMemo, useRef } from "preact/hooks";
import UPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { historySeries } from "../core/history-series.ts";
import { clockTime } from "../core/age.ts";
import { latency } from "../core/phrases.ts";
import { theme } from "../store/view.ts";

const HEIGHT = 170;

/**
 * Two charts over the kept rounds: the share of failed checks and the pods' latency, both for
 * checks out of the node and into it.
 */
export function HistoryCharts({ history }: { history: NodeHistory }) {
  const { failures, latencies } = useMemo(() => historySeries(history), [history]);
  return (
    <div class="charts">
      <Chart
        title="Failed, %"
        data={failures}
        format={(value) => `${Number(value.toPrecision(3))} %`}
        minScale={1}
      />
      <Chart title="Pod echo, median" data={latencies} format={latency} minScale={0.1} />
    </div>
  );
}

interface ChartProps {
  readonly title: string;
  readonly data: [number[], ...(number | null)[][]];
  readonly format: (value: number) => string;
  /** The scale always reaches this value, so that small changes look small. */
  readonly minScale: number;
}

function Chart({ title, data, format, minScale }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const css = getComputedStyle(document.documentElement);
    const colour = (name: string) => css.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--text-2"),
      grid: { stroke: colour("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const line = (label: string, stroke: string, dash?: number[]) => ({
      label,
      stroke,
      width: 1.5,
      points: { show: data[0].length < 40, size: 4 },
      value: (_: unknown, value: number | null) => (value === null ? "" : format(value)),
      ...(dash && { dash }),
    });
    const chart = new UPlot(
      {
        width: box.current!.clientWidth,
        height: HEIGHT,
        cursor: { y: false },
        scales: { y: { range: (_plot, _min, max) => [0, Math.max(max * 1.1, minScale)] } },
        axes: [
          {
            ...axis,
            values: isShort(data[0]) ? "{HH}:{mm}:{ss}" : "{HH}:{mm}",
            space: 70,
            size: 28,
          },
          { ...axis, size: 62, values: (_plot, values) => values.map(format) },
        ],
        series: [
          {
            label: "",
            value: (_, seconds: number | null) =>
              seconds === null
                ? ""
                : clockTime(new Date(seconds * 1_000).toISOString(), Date.now()),
          },
          line("out of it", colour("--series-1")),
          line("into it", colour("--series-2"), [6, 3]),
        ],
      },
      data as UPlot.AlignedData,
      box.current!,
    );
    const observer = new ResizeObserver(([entry]) =>
      chart.setSize({ width: Math.floor(entry!.contentRect.width), height: HEIGHT }),
    );
    observer.observe(box.current!);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [data, theme.value]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div ref={box} role="img" aria-label={tell(title, data, format)} />
    </figure>
  );
}

/** Whether two marks of the time axis can be in the same minute. */
function isShort(seconds: readonly number[]): boolean {
  return seconds.at(-1)! - seconds[0]! < 600;
}

/** The chart in words, for people who do not see it: the last values, and the worst one. */
function tell(
  title: string,
  [, out = [], into = []]: ChartProps["data"],
  format: ChartProps["format"],
) {
  const say = (values: readonly (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    const last = known.at(-1);
    return last === undefined
      ? "nothing measured"
      : `${format(last)} now, ${format(Math.max(...known))} at most`;
  };
  return `${title}: out of it ${say(out)}; into it ${say(into)}`;
}
