export interface WatchEvent {
  type: string;
  object: {
    metadata: { name?: string; resourceVersion: string; [field: string]: any };
    [field: string]: any;
  };
}

/** A watch over plain HTTP: the events so far, and how to wait for more. */
export async function openWatch(url: string) {
  const abort = new AbortController();
  const response = await fetch(url, { signal: abort.signal });
  const events: WatchEvent[] = [];
  let wake = Promise.withResolvers<void>();
  let error: unknown;
  const read = async () => {
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop()!;
      events.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
      wake.resolve();
      wake = Promise.withResolvers();
    }
  };
  // An end without an error resolves to null.
  const ended = read()
    .catch((cause: unknown) => (error = cause))
    .then(() => wake.resolve())
    .then(() => error ?? null);
  let open = true;
  void ended.then(() => (open = false));
  return {
    status: response.status,
    events,
    ended,
    async until(holds: () => boolean): Promise<void> {
      while (!holds()) {
        if (!open) throw new Error(`the watch ended after ${events.length} events`);
        await wake.promise;
      }
    },
    close: () => abort.abort(),
  };
}
