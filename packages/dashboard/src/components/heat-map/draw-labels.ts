import type { Axis } from "../../core/mesh/axis.ts";
import type { Layout } from "../../core/mesh/layout.ts";
import { fitName } from "../../core/mesh/short-names.ts";
import type { Viewport } from "../../core/mesh/viewport.ts";

/** The labels beside the cells. */
export interface Labels {
  readonly axis: Axis;
  /** The nodes' names, by index. */
  readonly names: readonly string[];
  readonly sideNames: readonly string[];
  /** The indexes of the nodes that findings name. */
  readonly marked: ReadonlySet<number>;
  readonly colours: { readonly text: string; readonly quiet: string; readonly mark: string };
  readonly font: string;
}

const NAME_PX = 11;

interface Label {
  readonly text: string;
  /** The middle of the label, in CSS pixels from the start of the mesh. */
  readonly at: number;
  readonly marked: boolean;
  readonly room: number;
}

/**
 * Draws the labels along both sides: node names if there is room, otherwise group names. It also
 * labels the columns beside the mesh.
 */
export function drawLabels(
  context: CanvasRenderingContext2D,
  layout: Layout,
  view: Viewport,
  labels: Labels,
): void {
  const { left, top, mesh, side } = layout;
  context.textBaseline = "middle";
  context.font = labels.font;
  const widthOf = (text: string) => context.measureText(text).width;
  const grouped = view.scale < NAME_PX && labels.axis.groups.length > 1;
  const along = (start: number, px: number) =>
    grouped
      ? groupLabels(labels, view.scale, start, px)
      : nodeLabels(labels, view.scale, start, px);
  for (const label of along(view.top, mesh.height)) {
    style(context, labels, label.marked);
    context.save();
    context.translate(left - 6, top + label.at);
    if (grouped) {
      context.rotate(-Math.PI / 2);
      context.textAlign = "center";
      context.translate(0, -4);
      context.fillText(groupName(label, widthOf), 0, 0);
    } else {
      context.textAlign = "right";
      context.fillText(fitName(label.text, left - 10, widthOf), 0, 0);
    }
    context.restore();
  }
  for (const label of along(view.left, mesh.width)) {
    style(context, labels, label.marked);
    if (grouped) {
      context.textAlign = "center";
      context.fillText(groupName(label, widthOf), left + label.at, top - 10);
    } else upright(context, label.text, left + label.at, top, widthOf);
  }
  if (grouped) drawMarked(context, layout, view, labels, widthOf);
  for (const [column, name] of labels.sideNames.entries()) {
    style(context, labels, false);
    upright(context, name, side.left + (column + 0.5) * side.width, top, widthOf);
  }
}

/** A group's name, with the number of its nodes if there is room. */
function groupName({ text, room }: Label, widthOf: (text: string) => number): string {
  return widthOf(text) <= room ? text : fitName(text.replace(/ · \d+$/, ""), room, widthOf);
}

/** The room for group names. Nodes that findings name are labelled beyond it. */
const GROUP_PX = 20;

function drawMarked(
  context: CanvasRenderingContext2D,
  { left, top, mesh }: Layout,
  view: Viewport,
  labels: Labels,
  widthOf: (text: string) => number,
): void {
  const of = (start: number, px: number) =>
    nodeLabels(labels, view.scale, start, px).filter(({ marked }) => marked);
  style(context, labels, true);
  context.textAlign = "right";
  for (const { text, at } of of(view.top, mesh.height))
    context.fillText(fitName(text, left - GROUP_PX - 4, widthOf), left - GROUP_PX, top + at);
  for (const { text, at } of of(view.left, mesh.width))
    upright(context, text, left + at, top - GROUP_PX + 6, widthOf);
}

function style(context: CanvasRenderingContext2D, { colours, font }: Labels, marked: boolean) {
  context.fillStyle = marked ? colours.mark : colours.quiet;
  context.font = marked ? `600 ${font}` : font;
}

function upright(
  context: CanvasRenderingContext2D,
  text: string,
  x: number,
  top: number,
  widthOf: (text: string) => number,
): void {
  context.save();
  context.translate(x, top - 6);
  context.rotate(-Math.PI / 2);
  context.textAlign = "left";
  context.fillText(fitName(text, top - 10, widthOf), 0, 0);
  context.restore();
}

/**
 * Labels for each node, or for every second, third … node if there is little room. Nodes that
 * findings name come first.
 */
function nodeLabels(
  { axis, names, marked }: Labels,
  scale: number,
  start: number,
  px: number,
): Label[] {
  const step = Math.ceil((NAME_PX + 1) / scale);
  const first = Math.max(0, Math.floor(start));
  const last = Math.min(axis.order.length - 1, Math.ceil(start + px / scale));
  const labels: Label[] = [];
  const taken: number[] = [];
  const put = (position: number, isMarked: boolean) => {
    const at = (position + 0.5 - start) * scale;
    if (at < 0 || at > px || taken.some((other) => Math.abs(other - at) < NAME_PX)) return;
    taken.push(at);
    labels.push({ text: names[axis.order[position]!]!, at, marked: isMarked, room: px });
  };
  for (let position = first; position <= last; position += 1)
    if (marked.has(axis.order[position]!)) put(position, true);
  for (let position = first; position <= last; position += 1)
    if (position % step === 0) put(position, false);
  return labels;
}

function groupLabels({ axis }: Labels, scale: number, start: number, px: number): Label[] {
  return axis.groups.flatMap((group) => {
    const from = Math.max(0, (group.start - start) * scale);
    const to = Math.min(px, (group.start + group.count - start) * scale);
    if (to - from < 24) return [];
    const text = `${group.name} · ${group.count}`;
    return [{ text, at: (from + to) / 2, marked: false, room: to - from - 8 }];
  });
}
