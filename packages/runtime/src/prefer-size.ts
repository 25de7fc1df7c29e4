import { setFlagsFromString } from "node:v8";

/**
 * Asks V8 for less memory at the price of speed: no optimizing compilers, whose code and compile jobs
 * outlive their use in a process that works a second in each minute. Called first thing in `main.ts`.
 * Saves pong 5 MB and netchecker 12 MB; costs them two to three times the CPU, measured in
 * docs/benchmarks.md. ping needs its CPU and does without.
 */
export function preferSizeToSpeed(): void {
  for (const flag of ["--no-opt", "--no-maglev", "--optimize-for-size"]) setFlagsFromString(flag);
}
