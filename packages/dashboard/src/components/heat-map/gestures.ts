/** What a pointer does to the heat map. Positions are CSS pixels from its top left corner. */
export interface Gestures {
  hover(x: number, y: number): void;
  leave(): void;
  pan(x: number, y: number): void;
  zoom(factor: number, x: number, y: number): void;
  click(x: number, y: number): void;
  /** Whether a turn of the wheel in this direction changes anything. If not, the page scrolls. */
  takesWheel(factor: number): boolean;
}

const CLICK_PX = 5;

/**
 * Listens to mouse, pen, touch and wheel. Two fingers zoom. Returns a function that stops
 * listening.
 */
export function listenToGestures(element: HTMLElement, gestures: Gestures): () => void {
  const ended = new AbortController();
  const { signal } = ended;
  const pointers = new Map<number, { x: number; y: number }>();
  let moved = 0;
  const at = ({ clientX, clientY }: MouseEvent) => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };
  element.addEventListener(
    "pointerdown",
    (event) => {
      if (event.button !== 0) return;
      if (pointers.size === 0) moved = 0;
      pointers.set(event.pointerId, at(event));
    },
    { signal },
  );
  element.addEventListener(
    "pointermove",
    (event) => {
      const now = at(event);
      const before = pointers.get(event.pointerId);
      if (!before) return gestures.hover(now.x, now.y);
      moved += Math.hypot(now.x - before.x, now.y - before.y);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      pointers.set(event.pointerId, now);
      if (moved < CLICK_PX) return;
      // Only now, because a captured pointer makes no click.
      if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
      if (!other) return gestures.pan(now.x - before.x, now.y - before.y);
      const apart = ({ x, y }: { x: number; y: number }) => Math.hypot(x - other.x, y - other.y);
      gestures.zoom(
        apart(now) / Math.max(1, apart(before)),
        (now.x + other.x) / 2,
        (now.y + other.y) / 2,
      );
    },
    { signal },
  );
  const up = (event: PointerEvent) => pointers.delete(event.pointerId);
  element.addEventListener("pointerup", up, { signal });
  element.addEventListener("pointercancel", up, { signal });
  element.addEventListener("pointerleave", () => gestures.leave(), { signal });
  element.addEventListener(
    "click",
    (event) => {
      const { x, y } = at(event);
      if (moved < CLICK_PX) gestures.click(x, y);
    },
    { signal },
  );
  element.addEventListener(
    "wheel",
    (event) => {
      const factor = Math.exp(
        -Math.max(-100, Math.min(100, event.deltaY)) / (event.ctrlKey ? 60 : 300),
      );
      if (!event.ctrlKey && !gestures.takesWheel(factor)) return;
      event.preventDefault();
      const { x, y } = at(event);
      gestures.zoom(factor, x, y);
    },
    { signal, passive: false },
  );
  return () => ended.abort();
}
