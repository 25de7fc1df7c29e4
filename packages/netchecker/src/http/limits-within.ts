import { ANSWER_LIMITS, type AnswerLimits } from "./answers/answers.ts";

const MIB = 1024 * 1024;

const within = (min: number, value: number, max: number): number =>
  Math.floor(Math.min(max, Math.max(min, value)));

/**
 * The limits for clients that fit into netchecker's memory limit. 192 MiB allow 14 MiB of shared answers, 76 readers
 * of long answers (each takes about 200 kB in the kernel until it has read them) and 614 connections. From 768 MiB on
 * the limits no longer grow. No memory limit is given as 0, or as a number larger than any memory.
 */
export function limitsWithin(memoryBytes: number): {
  readonly limits: AnswerLimits;
  readonly maxConnections: number;
} {
  const memory = memoryBytes === 0 ? Infinity : memoryBytes;
  return {
    limits: {
      ...ANSWER_LIMITS,
      allSharedBytes: within(12 * MIB, memory * 0.075, 48 * MIB),
      readers: within(32, memory / (2.5 * MIB), 256),
    },
    maxConnections: within(256, memory / (0.3125 * MIB), 1_024),
  };
}
