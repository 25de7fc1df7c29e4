import { setFlagsFromString } from "node:v8";

/**
 * Asks V8 for less memory at the price of speed: no optimizing compilers, whose code and compile jobs
 * outlive their use in a process that works less than a second in each minute. Called first thing in
 * `main.ts`. Saves 5 MB, and costs two to three times the CPU, measured in docs/benchmarks.md.
 */
export function preferSizeToSpeed(): void {
  for (const flag of ["--no-opt", "--no-maglev", "--optimize-for-size"]) setFlagsFromString(flag);
}
