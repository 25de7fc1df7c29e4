/** The request failed. The message is netchecker's own if it gave one. */
export class ApiError extends Error {
  override name = "ApiError";
  /** The HTTP status. 0 if there was no answer at all. */
  readonly status: number;
  readonly code: string;
  /** The caller may ask again after this time, in milliseconds. Null if netchecker does not say. */
  retryAfterMs: number | null = null;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** netchecker's API. Paths are relative to the page, so that it works behind any prefix. */
export interface Api {
  get<T>(path: string, signal?: AbortSignal): Promise<T>;
  post<T>(path: string): Promise<T>;
  /** The pieces of a stream while they arrive. */
  stream(path: string, signal: AbortSignal): AsyncGenerator<string>;
}

const ANSWER_WITHIN_MS = 30_000;

/** The API of the server that the page came from. Each request asks `tokenOf` for the token. */
export function createApi(tokenOf: () => string | null): Api {
  async function ask(path: string, init: RequestInit): Promise<Response> {
    const token = tokenOf();
    const headers = new Headers(init.headers);
    if (token !== null) headers.set("authorization", `Bearer ${token}`);
    let response: Response;
    try {
      response = await fetch(new URL(path, document.baseURI), {
        cache: "no-cache",
        ...init,
        headers,
      });
    } catch (cause) {
      if (init.signal?.aborted && (cause as Error).name === "AbortError") throw cause;
      const why =
        (cause as Error).name === "TimeoutError" ? "it took too long." : "the connection failed.";
      throw new ApiError(0, "no_answer", why, { cause });
    }
    if (!response.ok) throw await errorOf(response);
    return response;
  }
  const timed = (signal?: AbortSignal) => {
    const late = AbortSignal.timeout(ANSWER_WITHIN_MS);
    return signal ? AbortSignal.any([signal, late]) : late;
  };
  return {
    async get<T>(path: string, signal?: AbortSignal) {
      return (await (await ask(path, { signal: timed(signal) })).json()) as T;
    },
    async post<T>(path: string) {
      return (await (
        await ask(path, {
          method: "POST",
          signal: timed(),
          headers: { "x-netchecker": "1" },
        })
      ).json()) as T;
    },
    async *stream(path, signal) {
      const response = await ask(path, { signal, headers: { accept: "text/event-stream" } });
      if (!response.headers.get("content-type")?.startsWith("text/event-stream") || !response.body)
        throw new ApiError(0, "no_stream", "it sent no event stream.");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          yield value;
        }
      } finally {
        await reader.cancel().catch(() => {});
      }
    },
  };
}

async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as {
    code?: string;
    message?: string;
  } | null;
  const answered = `${response.status} ${response.statusText}`.trim();
  const message = body?.message ?? `something between answered ${answered}.`;
  const error = new ApiError(response.status, body?.code ?? "no_json", message);
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  if (seconds > 0) error.retryAfterMs = seconds * 1_000;
  return error;
}
