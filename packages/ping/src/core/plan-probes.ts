/**
 * The order in which an agent probes a list of `count` targets: from its own starting place to the
 * end, then from the beginning. The starting places of all agents are spread over the list, so that
 * no target gets the whole cluster's probes at the same moment.
 */
export function planProbes(agentName: string, count: number): number[] {
  const start = startOffset(agentName, count);
  return Array.from({ length: count }, (_, step) => (start + step) % count);
}

/**
 * The place in a list of `count` targets at which an agent starts, from 0 to count - 1. It is
 * always the same.
 */
export function startOffset(agentName: string, count: number): number {
  return Math.floor((spreadHash(agentName) / 2 ** 32) * count);
}

/**
 * FNV-1a, then the finalizer of MurmurHash3: names that differ in one letter get very different
 * values. 32 bits.
 */
function spreadHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
