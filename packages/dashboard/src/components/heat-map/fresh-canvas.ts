/** A canvas as large as that, sharp on this screen, empty, and in CSS pixels. */
export function freshCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: { readonly width: number; readonly height: number },
): CanvasRenderingContext2D {
  const deviceWidth = Math.round(width * devicePixelRatio);
  const deviceHeight = Math.round(height * devicePixelRatio);
  if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
    canvas.width = deviceWidth;
    canvas.height = deviceHeight;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d")!;
  // Setting the size to what it was does not reset what was clipped and scaled.
  context.reset();
  context.scale(devicePixelRatio, devicePixelRatio);
  return context;
}
