import { visibleJson } from "@netchecker/contract/visible";
import { pino, type Logger, type LevelWithSilent } from "pino";

export type Log = Logger;

/**
 * JSON lines on stdout. They are written synchronously, so that the last line before an end is not
 * lost.
 */
export function createLog(service: string, level: LevelWithSilent): Log {
  return pino(
    {
      level,
      base: { service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      // Names and messages come from strangers, and JSON escapes only some of the characters that a
      // terminal obeys.
      hooks: { streamWrite: visibleJson },
    },
    pino.destination({ fd: 1, sync: true }),
  );
}
