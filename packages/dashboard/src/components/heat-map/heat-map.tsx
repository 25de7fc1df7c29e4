import type { Mesh } from "@netchecker/contract";
import { type Signal, useSignal, useSignalEffect } from "@preact/signals";
import { useId, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Axis } from "../../core/mesh/axis.ts";
import type { GroupPair } from "../../core/mesh/group-pairs.ts";
import type { Grid } from "../../core/mesh/grid.ts";
import { layOutMap } from "../../core/mesh/layout.ts";
import { planesOf } from "../../core/mesh/layers.ts";
import { shortNames } from "../../core/mesh/short-names.ts";
import type { SideColumn } from "../../core/mesh/side-columns.ts";
import { goTo, linkTo } from "../../store/route.ts";
import { choice, theme } from "../../store/view.ts";
import { listenToGestures } from "./gestures.ts";
import { MapController } from "./map-controller.ts";
import { tellSpot } from "./tell-spot.ts";
import { Tooltip } from "./tooltip.tsx";

interface HeatMapProps {
  readonly mesh: Mesh;
  readonly grid: Grid;
  readonly outcomes: Grid;
  readonly axis: Axis;
  readonly sides: readonly SideColumn[];
  /** The pair of groups that the reader opened. */
  readonly opened: Signal<GroupPair | null>;
}

const FONT = '12px system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

interface Room {
  readonly width: number;
  readonly height: number;
}

/** The height of the legend below the map and of the edges around both. */
const BELOW_PX = 76;

/**
 * The size with which the whole map and its legend are visible at once, if the window is high
 * enough. It returns `before` if nothing changed.
 */
function roomFor(box: HTMLElement, before: Room): Room {
  const top = box.getBoundingClientRect().top + scrollY;
  const minHeight = Math.max(360, innerHeight * 0.6);
  const height = Math.floor(Math.min(Math.max(innerHeight - top - BELOW_PX, minHeight), 1_000));
  const width = Math.floor(box.clientWidth);
  return width === before.width && height === before.height ? before : { width, height };
}

/**
 * The mesh as a picture. A row is an agent's node, a column is a target's node. It works with
 * mouse, touch and keys.
 */
export function HeatMap({ mesh, grid, outcomes, axis, sides, opened }: HeatMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const base = useRef<HTMLCanvasElement>(null);
  const over = useRef<HTMLCanvasElement>(null);
  const controller = useSignal<MapController | null>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  const help = useId();

  // Runs before the browser paints. A normal effect would cost one more frame, and the picture
  // needs two.
  useLayoutEffect(() => {
    const made = new MapController(base.current!, over.current!, (from, to) => {
      const name = (index: number) => latest.current.mesh.nodes[index]!.name;
      goTo(linkTo({ at: "pair", from: name(from), to: name(to) }));
    });
    controller.value = made;
    const stopListening = listenToGestures(over.current!, made);
    const measure = () => setRoom((before) => roomFor(box.current!, before));
    const observer = new ResizeObserver(measure);
    observer.observe(box.current!);
    addEventListener("resize", measure);
    measure();
    return () => {
      stopListening();
      observer.disconnect();
      removeEventListener("resize", measure);
      made.end();
    };
  }, []);

  const latest = useRef({ mesh, outcomes, axis });
  latest.current = { mesh, outcomes, axis };
  const names = useMemo(() => shortNames(mesh.nodes.map(({ name }) => name)), [mesh]);
  const sideNames = useMemo(() => sides.map(({ label }) => label), [sides]);

  useLayoutEffect(() => {
    if (room.width === 0) return;
    const widest = (texts: readonly string[]) => Math.max(0, ...texts.map((text) => widthOf(text)));
    const layout = layOutMap(
      room,
      mesh.nodes.length,
      widest(names) + (axis.groups.length > 1 ? 16 : 0),
      widest(sideNames),
      sides.length,
    );
    const css = getComputedStyle(document.documentElement);
    const colour = (name: string) => css.getPropertyValue(name).trim();
    controller.value!.show(
      { grid, axis, sides, theme: theme.value },
      {
        axis,
        names,
        sideNames,
        marked: markedNodes(mesh),
        colours: { text: colour("--text"), quiet: colour("--text-2"), mark: colour("--bad-text") },
        font: FONT,
      },
      layout,
    );
  }, [room, grid, axis, sides, names, theme.value]);

  useSignalEffect(() => {
    if (!opened.value) return;
    controller.peek()?.fitTo(opened.value.from, opened.value.to);
    over.current!.scrollIntoView({ block: "nearest" });
  });

  const spot = controller.value?.spot.value ?? null;
  const told =
    spot &&
    tellSpot(spot, { mesh, outcomes, axis, names, sides, planes: planesOf(mesh, choice.value) });
  return (
    <div class="heat-map" ref={box}>
      <canvas ref={base} aria-hidden="true" />
      <canvas
        ref={over}
        class={controller.value?.zoomed.value ? "over zoomed" : "over"}
        tabIndex={0}
        role="application"
        aria-roledescription="heat map"
        aria-label={`Mesh of ${mesh.nodes.length} nodes: sources down, destinations across`}
        aria-describedby={help}
        onKeyDown={(event) => {
          if (controller.value?.key(event)) event.preventDefault();
        }}
        onFocus={(event) => {
          if (event.currentTarget.matches(":focus-visible")) controller.value?.focus();
        }}
        onBlur={() => controller.value?.leave()}
      />
      <p id={help} class="sr-only">
        Arrow keys go from pair to pair, Enter opens one, plus and minus zoom, 0 shows all. The
        table below has the same by node.
      </p>
      <p class="sr-only" aria-live="polite">
        {spot?.by === "keyboard" && told
          ? [told.title, ...told.lines.map(({ text }) => text)].join(". ")
          : ""}
      </p>
      {spot && told && <Tooltip spot={spot} told={told} room={room.width} />}
      {controller.value?.small.value && (
        <div class="zoom-buttons">
          <button type="button" aria-label="Zoom in" onClick={() => controller.value?.zoomBy(1.6)}>
            +
          </button>
          <button
            type="button"
            aria-label="Zoom out"
            onClick={() => controller.value?.zoomBy(1 / 1.6)}
          >
            −
          </button>
          <button type="button" aria-label="Show all" onClick={() => controller.value?.fit()}>
            ⤢
          </button>
        </div>
      )}
    </div>
  );
}

/** The nodes that active findings name. */
function markedNodes({ findings, nodes }: Mesh): Set<number> {
  const names = new Set(
    findings
      .filter(({ state, severity }) => state !== "recovered" && severity !== "info")
      // For a pair both nodes. For two groups the silent group, or else the smaller one.
      .flatMap((finding) => [
        ...finding.nodes,
        ...(finding.peers.length === 1 ? finding.peers : []),
      ]),
  );
  return new Set(nodes.flatMap(({ name }, index) => (names.has(name) ? [index] : [])));
}

let measuring: CanvasRenderingContext2D | null = null;

function widthOf(text: string): number {
  measuring ??= document.createElement("canvas").getContext("2d")!;
  // Measured in bold, because names can be bold.
  measuring.font = `600 ${FONT}`;
  return measuring.measureText(text).width;
}
