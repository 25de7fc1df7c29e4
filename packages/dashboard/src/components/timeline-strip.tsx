import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { TimelineEntry } from "@netchecker/contract";
import { clockTime } from "../core/age.ts";
import { count } from "../core/phrases.ts";
import { type Bar, barWidth, layOut, tellingRound } from "../core/timeline/layout.ts";
import { tellBar, tellRound } from "../core/timeline/tell-round.ts";
import { now } from "../store/live.ts";
import { goTo, linkToRound, pastRound } from "../store/route.ts";
import { timeline } from "../store/timeline.ts";

const HEIGHT = 40;
/** The height of the line below rounds without failures. It shows that the rounds took place. */
const FOOT_PX = 5;

/** All kept rounds as one strip. A click or the arrow keys go to a round. */
export function TimelineStrip() {
  const box = useRef<HTMLDivElement>(null);
  const width = useSignal(0);
  const over = useSignal<Bar | null>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => (width.value = entry!.contentRect.width));
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  const rounds = timeline.value;
  const bars = useMemo(() => layOut(rounds, width.value), [rounds, width.value]);
  const each = barWidth(rounds.length, width.value);
  const [first, last] = [rounds[0], rounds.at(-1)];
  const shownId = pastRound.value ?? last?.id;
  const at = rounds.findIndex(({ id }) => id === shownId);
  const told = over.value
    ? tellBar(over.value, now.value)
    : rounds[at] && tellRound(rounds[at], now.value);
  const step = (by: number) => goToRound(rounds, at === -1 ? rounds.length - 1 : at + by);
  const barAt = (x: number) =>
    bars[Math.floor((x - (width.value - bars.length * each)) / each)] ?? null;
  return (
    <section class="timeline" aria-label="Timeline of rounds">
      <div
        class="strip"
        ref={box}
        role="slider"
        tabIndex={0}
        aria-label="Round that is shown"
        aria-valuemin={first?.id ?? 0}
        aria-valuemax={last?.id ?? 0}
        aria-valuenow={shownId ?? 0}
        aria-valuetext={rounds[at] ? tellRound(rounds[at], now.value) : "no rounds yet"}
        onKeyDown={(event) => {
          const by = KEYS[event.key];
          if (by === undefined || rounds.length === 0) return;
          event.preventDefault();
          step(by);
        }}
        onPointerMove={({ offsetX }) => (over.value = barAt(offsetX))}
        onPointerLeave={() => (over.value = null)}
        onClick={({ offsetX }) => {
          const bar = barAt(offsetX);
          if (bar) goToRound(rounds, rounds.indexOf(tellingRound(bar)));
        }}
      >
        <svg width={width.value} height={HEIGHT} aria-hidden="true">
          <pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse">
            <rect class="gap" width="5" height="5" />
            <path d="M-1 1 1-1M0 5 5 0M4 6 6 4" />
          </pattern>
          {bars.map((bar, index) => (
            <BarShape
              key={bar.rounds[0]!.id}
              bar={bar}
              x={width.value - (bars.length - index) * each}
              width={each}
              shown={bar.rounds.some(({ id }) => id === shownId)}
            />
          ))}
        </svg>
      </div>
      <p class="scale">
        <span class="told">{told ?? ""}</span>
        {rounds.length > 0 && <Keys bars={bars} />}
        {first && (
          <span>
            {count(rounds.length, "round")} since {clockTime(first.startedAt, now.value)}
          </span>
        )}
      </p>
    </section>
  );
}

/**
 * The meaning of the bars' colours. The colours of rounds without a verdict are only shown if there
 * are such rounds.
 */
function Keys({ bars }: { bars: readonly Bar[] }) {
  const older = bars.some(({ tone }) => tone === "unknown");
  const keys = [
    ["ok", "ok"],
    ["degraded", "degraded"],
    ["critical", "failing"],
    ["unmeasured", "unmeasured"],
    ...(older ? [["unknown", "older, not all measured"]] : []),
  ];
  return (
    <span class="keys">
      {keys.map(([tone, text]) => (
        <span key={tone} class={`key ${tone}`}>
          {text}
        </span>
      ))}
    </span>
  );
}

const KEYS: Record<string, number> = {
  ArrowLeft: -1,
  ArrowDown: -1,
  ArrowRight: 1,
  ArrowUp: 1,
  PageUp: -10,
  PageDown: 10,
  Home: Number.NEGATIVE_INFINITY,
  End: Number.POSITIVE_INFINITY,
};

/** The last round is now, so the page then follows new rounds. */
function goToRound(rounds: readonly TimelineEntry[], index: number): void {
  const round = rounds[Math.max(0, index)];
  goTo(linkToRound(index >= rounds.length - 1 || !round ? null : round.id));
}

interface BarProps {
  readonly bar: Bar;
  readonly x: number;
  readonly width: number;
  readonly shown: boolean;
}

function BarShape({ bar, x, width, shown }: BarProps) {
  const height = FOOT_PX + Math.max(bar.height, bar.unknown * 0.6) * (HEIGHT - FOOT_PX - 2);
  return (
    <>
      {shown && <rect class="shown" x={x - 1} y={0} width={width + 1} height={HEIGHT} />}
      {bar.unmeasured > 0 && (
        <rect class="unmeasured" x={x} y={0} width={width - 1} height={HEIGHT} />
      )}
      {(bar.tone !== "none" || bar.unmeasured === 0) && (
        <rect class={bar.tone} x={x} y={HEIGHT - height} width={width - 1} height={height} />
      )}
    </>
  );
}
