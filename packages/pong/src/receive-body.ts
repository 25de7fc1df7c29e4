import type { IncomingMessage } from "node:http";

/**
 * The limit for all bodies that are held at once, in bytes: 8 KiB from each of 4,000 agents. Many
 * slow clients cannot use more.
 */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/** Receives whole bodies. One receiver bounds the memory of all bodies that it holds at a time. */
export class BodyReceiver {
  #heldBytes = 0;

  /**
   * The whole body, or `too_large` above `maxBytes`, `busy` if too much is held already, `gone` if
   * the client went away. Never throws. The caller must throw away the rest of a refused body.
   */
  receive(
    request: IncomingMessage,
    maxBytes: number,
  ): Promise<Buffer | "too_large" | "busy" | "gone"> {
    if (Number(request.headers["content-length"] ?? 0) > maxBytes)
      return Promise.resolve("too_large");
    return new Promise((resolve) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const settle = (result: Buffer | "too_large" | "busy" | "gone") => {
        request.off("data", take);
        chunks.length = 0;
        this.#heldBytes -= bytes;
        bytes = 0;
        resolve(result);
      };
      const take = (chunk: Buffer) => {
        bytes += chunk.length;
        this.#heldBytes += chunk.length;
        if (bytes > maxBytes) return settle("too_large");
        if (this.#heldBytes > MAX_HELD_BYTES) return settle("busy");
        chunks.push(chunk);
      };
      request.on("data", take);
      request.on("end", () => settle(Buffer.concat(chunks)));
      request.on("close", () => settle("gone"));
      request.on("error", () => settle("gone"));
    });
  }
}
