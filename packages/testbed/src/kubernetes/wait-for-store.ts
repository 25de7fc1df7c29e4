import type { ObjectStore } from "./api-server/object-store.ts";
import { TestbedError } from "../testbed-error.ts";

export interface WaitOptions {
  readonly timeoutMs: number;
  /** What is waited for, as the end of "waited 5 s for …". */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** Resolves when the store's objects are so that `holds` is true. Rejects with a {@link TestbedError} at the deadline, or as `signal` says. */
export function waitForStore(
  store: ObjectStore,
  holds: () => boolean,
  { timeoutMs, what, signal }: WaitOptions,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => {
      unsubscribe();
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      act();
    };
    const look = () => {
      if (holds()) settle(resolve);
    };
    const abort = () => settle(() => reject(signal!.reason as Error));
    const unsubscribe = store.onChange(look);
    const timer = setTimeout(() => {
      const message = `Waited ${timeoutMs / 1000} s for ${what} in vain.`;
      settle(() => reject(new TestbedError(message)));
    }, timeoutMs);
    signal?.addEventListener("abort", abort);
    if (signal?.aborted) abort();
    else look();
  });
}
