import type { Layout } from "../../core/mesh/layout.ts";
import type { Spot } from "../../core/mesh/spot.ts";

/** Marks a spot: its row and column faintly, its cell with a frame. */
export function drawSpot(
  context: CanvasRenderingContext2D,
  { left, top, mesh, side }: Layout,
  scale: number,
  spot: Spot,
  colour: string,
): void {
  const width = spot.columns ? spot.columns.count * scale : side.width;
  const height = spot.rows.count * scale;
  const [x, y] = [spot.x - width / 2, spot.y - height / 2];
  const across = side.left + side.count * side.width - left;
  context.beginPath();
  context.rect(left, top, across, mesh.height);
  context.clip();
  context.fillStyle = colour;
  context.globalAlpha = 0.09;
  context.fillRect(left, y, across, height);
  context.fillRect(x, top, width, mesh.height);
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.strokeRect(x, y, width, height);
}
