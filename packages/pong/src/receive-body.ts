import type { IncomingMessage } from "node:http";

/** All bodies held at once, bytes: 8 KiB from each of 4,000 agents; a slow crowd cannot hold more. */
const MAX_HELD_BYTES = 32 * 1024 * 1024;

/** Takes in bodies whole; all that one of these holds at a time is bounded. */
export class BodyReceiver {
  #heldBytes = 0;

  /**
   * The whole body, or `too_large` above `maxBytes`, `busy` when too much is held already, `gone` when
   * the client went away. Never throws. A body that is refused is left to be thrown away.
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
