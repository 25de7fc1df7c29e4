import { createLog, type Log } from "@netchecker/runtime/log";

/** A line of a log: pino's level (30 info, 40 warning), the message and the reason. */
export interface LogLine {
  readonly level: number;
  readonly msg: string;
  readonly why?: string;
}

/** A log that keeps its lines for the test and prints nothing. */
export function aLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  const log = createLog("test", "silent");
  const says = (level: number) => (fields: object, msg: string) =>
    void lines.push({ level, msg, ...fields });
  Object.assign(log, { info: says(30), warn: says(40), error: says(50) });
  return { log, lines };
}
