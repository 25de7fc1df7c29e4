/**
 * Reads `text/event-stream` in pieces that may be cut anywhere. It ignores comments, ids and retry
 * times.
 */
export class EventStream {
  #rest = "";
  #data: string[] = [];

  /** A piece of the stream → the data of the events that this piece completes. */
  push(piece: string): string[] {
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop()!;
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): string[] {
    if (line === "") {
      if (this.#data.length === 0) return [];
      const data = this.#data.join("\n");
      this.#data = [];
      return [data];
    }
    const [, value] = /^data(?:: ?(.*))?$/.exec(line) ?? [];
    if (line.startsWith("data") && (line === "data" || line[4] === ":"))
      this.#data.push(value ?? "");
    return [];
  }
}
