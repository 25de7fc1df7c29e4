import type { FindingCount } from "@netchecker/contract";
import { digits } from "./phrases.ts";

/** `1,234 more findings are not told one by one: 1,200 packet-loss, 34 route. Look at the mesh.` */
export function sayFurther(more: readonly FindingCount[]): string {
  const byKind = new Map<string, number>();
  for (const { kind, count } of more) byKind.set(kind, count + (byKind.get(kind) ?? 0));
  const all = [...byKind.values()].reduce((sum, count) => sum + count, 0);
  const kinds = [...byKind]
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${digits(count)} ${kind}`);
  const what = all === 1 ? "1 more finding is" : `${digits(all)} more findings are`;
  return `${what} not told one by one: ${kinds.join(", ")}. Look at the mesh.`;
}
