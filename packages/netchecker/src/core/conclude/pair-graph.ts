/** What is said of each ordered pair of nodes: bad, good, or nothing. Two bits a pair. */
export class PairGraph {
  readonly size: number;
  readonly words: number;
  readonly bad: Uint32Array;
  readonly good: Uint32Array;

  constructor(size: number) {
    this.size = size;
    this.words = (size + 31) >>> 5;
    this.bad = new Uint32Array(size * this.words);
    this.good = new Uint32Array(size * this.words);
  }

  set(bits: Uint32Array, a: number, b: number): void {
    bits[a * this.words + (b >>> 5)]! |= 1 << (b & 31);
  }

  has(bits: Uint32Array, a: number, b: number): boolean {
    return ((bits[a * this.words + (b >>> 5)]! >>> (b & 31)) & 1) === 1;
  }

  /** How many bits of a node's row are also in `mask`. */
  overlap(bits: Uint32Array, a: number, mask: Uint32Array): number {
    let count = 0;
    for (let word = 0; word < this.words; word += 1)
      count += bitsIn(bits[a * this.words + word]! & mask[word]!);
    return count;
  }

  row(bits: Uint32Array, a: number): Uint32Array {
    return bits.subarray(a * this.words, (a + 1) * this.words);
  }

  /** How many of `from` have `b` in their row. */
  columnCount(bits: Uint32Array, from: readonly number[], b: number): number {
    let count = 0;
    for (const a of from) if (this.has(bits, a, b)) count += 1;
    return count;
  }

  degree(bits: Uint32Array, a: number): number {
    let count = 0;
    for (let word = 0; word < this.words; word += 1) count += bitsIn(bits[a * this.words + word]!);
    return count;
  }

  maskOf(nodes: readonly number[]): Uint32Array {
    const mask = new Uint32Array(this.words);
    for (const n of nodes) mask[n >>> 5]! |= 1 << (n & 31);
    return mask;
  }

  /** The nodes of a row or mask. */
  members(mask: Uint32Array): number[] {
    const found: number[] = [];
    for (let word = 0; word < this.words; word += 1)
      for (let bits = mask[word]!; bits !== 0; bits &= bits - 1)
        found.push(word * 32 + (31 - Math.clz32(bits & -bits)));
    return found;
  }
}

/** Population count (Hacker's Delight, 5-2). */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
