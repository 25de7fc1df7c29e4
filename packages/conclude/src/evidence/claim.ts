import { type Reason, reasonCode, REASONS, type TargetType } from "@netchecker/contract";

/** Enough to give a claim of a few failures back that may be chance; of these, the first few are shown. */
const MOST_CELLS = 64;
/** Of a claim of any size that may have to be given back. */
export const ALL_CELLS = Number.POSITIVE_INFINITY;

/** The failures that one cause explains. */
export class Claim {
  count = 0;
  readonly cells: { readonly type: TargetType; readonly cell: number }[] = [];
  /** So many of its cells it remembers. */
  readonly mostCells: number;
  /** How often each reason is among them, by code. */
  readonly reasons = new Uint32Array(REASONS.length);
  /** The largest packet that gets through where large ones are lost, bytes: the smallest that an agent found. */
  largestPacket = Number.POSITIVE_INFINITY;
  readonly byFamily = { 4: 0, 6: 0 };

  constructor(mostCells = MOST_CELLS) {
    this.mostCells = mostCells;
  }

  /** Takes over what another one claimed. */
  join(other: Claim): void {
    this.count += other.count;
    this.cells.push(...other.cells.slice(0, Math.max(0, this.mostCells - this.cells.length)));
    for (const [code, count] of other.reasons.entries()) this.reasons[code]! += count;
    this.largestPacket = Math.min(this.largestPacket, other.largestPacket);
    this.byFamily[4] += other.byFamily[4];
    this.byFamily[6] += other.byFamily[6];
  }

  share(...reasons: readonly Reason[]): number {
    const found = reasons.reduce((sum, reason) => sum + this.reasons[reasonCode(reason)]!, 0);
    return this.count === 0 ? 0 : found / this.count;
  }
}
