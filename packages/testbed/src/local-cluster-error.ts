/** The local cluster cannot do what it was asked to; the message is a sentence for its user that says what to do. */
export class LocalClusterError extends Error {
  override name = "LocalClusterError";
}

const AFTER_LISTEN: Record<string, (address: string) => string> = {
  EADDRINUSE: (address) =>
    `${address} is in use: end the program that listens on it (or on that port of every address), then start again.`,
  EADDRNOTAVAIL: (address) =>
    `${address} is not an address of this machine: the local cluster needs Linux, where all of 127.0.0.0/8 is local without set-up.`,
  EACCES: (address) => `${address} is not allowed to this user: run as one who may listen there.`,
};

/** What a failed `listen` means for the user; any other error is handed back as it is. */
export function explainListen(error: unknown, address: string): unknown {
  const explain = AFTER_LISTEN[(error as NodeJS.ErrnoException).code ?? ""];
  return explain ? new LocalClusterError(explain(address), { cause: error }) : error;
}
