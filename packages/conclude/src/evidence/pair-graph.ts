/** So many are asked one by one sooner than word by word. */
const FEW = 8;

/**
 * What is said of each ordered pair of nodes: bad, good, or nothing. Two bits a pair. Who is good is asked
 * of few rows only: a row of it is made when it is first asked for.
 */
export class PairGraph {
  readonly size: number;
  readonly words: number;
  readonly bad: Uint32Array;
  readonly #good: Uint32Array;
  readonly #isGood: (a: number, b: number) => boolean;
  readonly #known: Uint8Array;

  constructor(size: number, isGood: (a: number, b: number) => boolean) {
    this.size = size;
    this.words = (size + 31) >>> 5;
    this.bad = new Uint32Array(size * this.words);
    this.#good = new Uint32Array(size * this.words);
    this.#isGood = isGood;
    this.#known = new Uint8Array(size);
  }

  setBad(a: number, b: number): void {
    this.#set(this.bad, a, b);
  }

  isBad(a: number, b: number): boolean {
    return ((this.bad[a * this.words + (b >>> 5)]! >>> (b & 31)) & 1) === 1;
  }

  badRow(a: number): Uint32Array {
    return this.bad.subarray(a * this.words, (a + 1) * this.words);
  }

  goodRow(a: number): Uint32Array {
    if (this.#known[a] === 0) {
      this.#known[a] = 1;
      for (let b = 0; b < this.size; b += 1)
        if (!this.isBad(a, b) && this.#isGood(a, b)) this.#set(this.#good, a, b);
    }
    return this.#good.subarray(a * this.words, (a + 1) * this.words);
  }

  isGood(a: number, b: number): boolean {
    if (this.#known[a] === 0) return !this.isBad(a, b) && this.#isGood(a, b);
    return ((this.#good[a * this.words + (b >>> 5)]! >>> (b & 31)) & 1) === 1;
  }

  /** How many of a mask's nodes a node is good towards; more than `most` are not counted to the end. */
  goodAmong(a: number, mask: Uint32Array, most = Infinity): number {
    let count = 0;
    const start = a * this.words;
    for (let word = 0; word < this.words; word += 1)
      for (let bits = mask[word]! & ~this.bad[start + word]!; bits !== 0; bits &= bits - 1) {
        if (this.isGood(a, word * 32 + (31 - Math.clz32(bits & -bits)))) count += 1;
        if (count > most) return count;
      }
    return count;
  }

  /** How many of some nodes, which are a mask's, a node is bad towards. */
  badAmong(a: number, some: readonly number[], mask: Uint32Array): number {
    if (some.length > FEW) return overlap(this.badRow(a), mask);
    let count = 0;
    for (const b of some) if (this.isBad(a, b)) count += 1;
    return count;
  }

  #set(bits: Uint32Array, a: number, b: number): void {
    bits[a * this.words + (b >>> 5)]! |= 1 << (b & 31);
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

/** How many nodes a row or mask has. */
export function sizeOf(mask: Uint32Array): number {
  let count = 0;
  for (const word of mask) count += bitsIn(word);
  return count;
}

/** How many nodes two of them share. */
export function overlap(row: Uint32Array, mask: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < mask.length; word += 1) count += bitsIn(row[word]! & mask[word]!);
  return count;
}

export function has(mask: Uint32Array, n: number): boolean {
  return ((mask[n >>> 5]! >>> (n & 31)) & 1) === 1;
}

/** Population count (Hacker's Delight, 5-2). */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
