/**
 * Names without a common domain: `ip-10-0-1-2.eu.internal` → `ip-10-0-1-2`, if the short names stay
 * unique.
 */
export function shortNames(names: readonly string[]): string[] {
  const heads = names.map((name) => name.split(".")[0]!);
  const isAddress = names.some((name) => /^\d+(\.\d+)*$/.test(name));
  return !isAddress && new Set(heads).size === names.length ? heads : [...names];
}

/** A name that fits the width. Its middle is left out, because names differ at their ends. */
export function fitName(name: string, width: number, widthOf: (text: string) => number): string {
  if (widthOf(name) <= width) return name;
  for (let kept = name.length - 1; kept > 2; kept -= 1) {
    const head = Math.floor(kept / 3);
    const fitted = `${name.slice(0, head)}…${name.slice(name.length - (kept - head))}`;
    if (widthOf(fitted) <= width) return fitted;
  }
  return name.slice(-2);
}
