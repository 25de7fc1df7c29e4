import { ANSWER_LIMITS, type AnswerLimits } from "./answers/answers.ts";

const MIB = 1024 * 1024;

const within = (least: number, value: number, most: number): number =>
  Math.floor(Math.min(most, Math.max(least, value)));

/**
 * What may be held for clients where all of netchecker has so many bytes: in 160 MiB, 12 MiB of answers, 64
 * readers of long ones (each some 200 kB in the kernel until it takes them) and 512 connections. The bounds of 768
 * MiB and more are reached without a limit, which is 0 or a number beyond all memory.
 */
export function limitsWithin(memoryBytes: number): {
  readonly limits: AnswerLimits;
  readonly mostConnections: number;
} {
  const memory = memoryBytes === 0 ? Infinity : memoryBytes;
  return {
    limits: {
      ...ANSWER_LIMITS,
      allSharedBytes: within(12 * MIB, memory * 0.075, 48 * MIB),
      readers: within(32, memory / (2.5 * MIB), 256),
    },
    mostConnections: within(256, memory / (0.3125 * MIB), 1_024),
  };
}
