import { Random } from "./random.ts";

const SIZE = 4_096;
const SPREAD = 0.25;
const TAIL_SHARE = 0.005;

/** What a latency is multiplied by: log-normal around 1, and now and then a queue or a pause. */
export const LATENCY_FACTORS: Float64Array = drawFactors();

function drawFactors(): Float64Array {
  const random = new Random(1, "latency factors");
  return Float64Array.from({ length: SIZE }, () => {
    const usual = Math.exp(SPREAD * random.normal());
    return random.chance(TAIL_SHARE) ? usual * random.between(3, 10) : usual;
  });
}

export function latencyFactor(uint32: number): number {
  return LATENCY_FACTORS[uint32 & (SIZE - 1)]!;
}

/** As a report says it: three significant digits, and no finer than a microsecond. */
export function asReportedUs(us: number): number {
  let unit = 1;
  while (us >= 1_000 * unit) unit *= 10;
  return Math.max(1, Math.round(us / unit) * unit);
}
