import { setFlagsFromString } from "node:v8";

/**
 * Asks V8 to use less memory and accept less speed: no optimizing compilers. Their code and their
 * work stay in memory for long, and pong works less than a second per minute. `main.ts` calls this
 * first. It saves 5 MB and costs two to three times the CPU, as docs/benchmarks.md shows.
 */
export function preferSizeToSpeed(): void {
  for (const flag of ["--no-opt", "--no-maglev", "--optimize-for-size"]) setFlagsFromString(flag);
}
