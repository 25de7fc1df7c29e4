/**
 * The order in which an agent goes through a list of `count` targets: from a start of its own to the
 * end, then from the beginning. Agents start at places spread over the whole list, so that no target
 * meets the whole cluster at once.
 */
export function planProbes(agentName: string, count: number): number[] {
  const start = startOffset(agentName, count);
  return Array.from({ length: count }, (_, step) => (start + step) % count);
}

/** Where in a list of `count` an agent starts: 0 to count - 1, the same each time. */
export function startOffset(agentName: string, count: number): number {
  return Math.floor((spreadHash(agentName) / 2 ** 32) * count);
}

/** FNV-1a, then the finalizer of MurmurHash3: names that differ in one letter end far apart. 32 bits. */
function spreadHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
