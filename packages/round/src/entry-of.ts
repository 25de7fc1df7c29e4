/**
 * A record's own entry under a name that came from outside, or undefined. A plain lookup would find
 * inherited properties: a node may be called `constructor`.
 */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
