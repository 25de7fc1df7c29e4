import { setFlagsFromString } from "node:v8";

/**
 * Lets V8 stop at Maglev, the second of its compilers. An agent's little code is as fast with it as with the
 * third, TurboFan, whose first job alone makes 4.5 MiB more of Node's binary resident; measured in
 * docs/benchmarks.md. Called before anything is hot.
 */
export function leaveOutTurboFan(): void {
  setFlagsFromString("--no-turbofan");
}
