/** Loaded before a service's own code: its wall clock is off by as many milliseconds as LAB_CLOCK_OFF_MS says; timers are not. */
const offMs = Number(process.env["LAB_CLOCK_OFF_MS"]);
const RightDate = Date;

globalThis.Date = class extends RightDate {
  constructor(...given: [] | [value: number]) {
    if (given.length === 0) super(RightDate.now() + offMs);
    else super(...given);
  }

  static override now(): number {
    return RightDate.now() + offMs;
  }
} as DateConstructor;
