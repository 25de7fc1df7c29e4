import { get, type IncomingMessage } from "node:http";
import { buffer } from "node:stream/consumers";

/** One scrape of the service at `url` as Prometheus does it: the body as it came, compressed where it is. */
export async function scrape(url: string): Promise<Buffer> {
  const headers = { "accept-encoding": "gzip" };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${url}/metrics`, { headers }, resolve).on("error", reject);
  });
  const body = await buffer(answer);
  if (answer.statusCode === 200) return body;
  throw new Error(`${url}/metrics answered ${answer.statusCode}, wanted 200`);
}
