import type { LabOptions } from "./lab.ts";

/** What a laboratory's process is started with. */
export interface LabProcessSpec extends Omit<LabOptions, "signal"> {
  /** Where netchecker's API is reached, from where the laboratory was started. */
  readonly url: string;
  /** Once it is up, it goes on without who started it. */
  readonly background: boolean;
}

/** Comes with the socket that listens where the laboratory was started. */
export interface ToLabProcess {
  readonly listener: true;
}

export type FromLabProcess =
  | { readonly ready: true }
  /** A sentence for the user; or, of an error that nobody foresaw, its stack. */
  | { readonly failed: string };
