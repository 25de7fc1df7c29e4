import type { Effect } from "../expect/effect.ts";

/** Something that was, or may have been, in effect from one moment to another, milliseconds since 1970. */
export interface Span {
  readonly effect: Effect;
  /** It may have been in effect from here on … */
  readonly begins: number;
  /** … surely from here … */
  surelyFrom: number;
  /** … to here … */
  surelyTo: number;
  /** … and perhaps until here. */
  ends: number;
}

/** What was in effect when. Spans are added while they are open, and closed later. */
export class Timeline {
  readonly #spans: Span[] = [];

  /** Opens a span, in effect perhaps from `begins` on, and not yet surely; it goes on until {@link close}. */
  open(effect: Effect, begins: number): Span {
    const span = { effect, begins, surelyFrom: Infinity, surelyTo: Infinity, ends: Infinity };
    this.#spans.push(span);
    return span;
  }

  close(span: Span, surelyTo: number, ends: number): void {
    span.surelyTo = surelyTo;
    span.ends = ends;
  }

  /** The effects that a round over `from`…`to` may show: as they are where they held all the time, else as uncertain. */
  effectsDuring(from: number, to: number): Effect[] {
    return this.#spans
      .filter(({ begins, ends }) => begins <= to && ends >= from)
      .map(({ effect, surelyFrom, surelyTo }) =>
        surelyFrom <= from && surelyTo >= to ? effect : perhaps(effect),
      );
  }
}

/** The same effect, of which it is not sure that it shows. */
export function perhaps(effect: Effect): Effect {
  const { onLeg, onRow, silent = [], maybeSilent = [], notReady = [], starved, noRounds } = effect;
  return {
    ...(onLeg && {
      onLeg(leg) {
        const loss = onLeg(leg);
        return loss && { ...loss, sure: false };
      },
    }),
    ...(onRow && {
      onRow(row) {
        const found = onRow(row);
        return found && { ...found, sure: false };
      },
    }),
    maybeSilent: [...silent, ...maybeSilent, ...notReady],
    ...(starved && { starved }),
    ...(noRounds && { noRounds }),
  };
}
