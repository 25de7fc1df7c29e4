/** The meaning of a key on the heat map. */
export type MapKey =
  | { readonly does: "move"; readonly rows: number; readonly columns: number }
  | { readonly does: "zoom"; readonly factor: number }
  | { readonly does: "fit" | "open" };

const ZOOM_FACTOR = 1.6;
const LONG_STEP = 10;

const move = (rows: number, columns: number) => ({ does: "move", rows, columns }) as const;

const KEYS: Readonly<Record<string, MapKey>> = {
  ArrowUp: move(-1, 0),
  ArrowDown: move(1, 0),
  ArrowLeft: move(0, -1),
  ArrowRight: move(0, 1),
  Home: move(0, Number.NEGATIVE_INFINITY),
  End: move(0, Number.POSITIVE_INFINITY),
  PageUp: move(-LONG_STEP, 0),
  PageDown: move(LONG_STEP, 0),
  "+": { does: "zoom", factor: ZOOM_FACTOR },
  "=": { does: "zoom", factor: ZOOM_FACTOR },
  "-": { does: "zoom", factor: 1 / ZOOM_FACTOR },
  "0": { does: "fit" },
  Enter: { does: "open" },
  " ": { does: "open" },
};

/**
 * A pressed key → its meaning. Shift makes a step long. Null: the key belongs to the page or the
 * browser.
 */
export function mapKey(pressed: {
  readonly key: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}): MapKey | null {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const key = Object.hasOwn(KEYS, pressed.key) ? KEYS[pressed.key]! : null;
  if (key?.does !== "move" || !pressed.shiftKey) return key;
  return { ...key, rows: key.rows * LONG_STEP, columns: key.columns * LONG_STEP };
}
