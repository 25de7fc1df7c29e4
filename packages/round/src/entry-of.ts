/**
 * What a record has under a name from outside; undefined where it has none. A node may be called
 * `constructor`, which every object seems to have.
 */
export function entryOf<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
