import { setFlagsFromString } from "node:v8";

/**
 * Limits V8 to Maglev, the second of its compilers. An agent's code is small and just as fast with
 * it. The first job of the third compiler, TurboFan, would make 4.5 MiB more of Node's binary
 * resident, as docs/benchmarks.md shows. Call this before any code is hot.
 */
export function leaveOutTurboFan(): void {
  setFlagsFromString("--no-turbofan");
}
