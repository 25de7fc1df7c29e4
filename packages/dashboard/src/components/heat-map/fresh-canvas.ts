/** Makes a canvas empty and gives it this size. It is sharp on this screen and uses CSS pixels. */
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
  // Clipping and scaling stay if the new size is the same as the old one, so they must be reset.
  context.reset();
  context.scale(devicePixelRatio, devicePixelRatio);
  return context;
}
