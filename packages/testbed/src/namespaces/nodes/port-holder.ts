/** A process of its own in a pod's namespace: takes all TCP ports from the first that is given to the last. */
import { once } from "node:events";
import { createServer } from "node:net";

const [first, last] = process.argv.slice(2).map(Number) as [number, number];
for (let port = first; port <= last; port += 1) {
  const server = createServer((socket) => socket.destroy());
  await once(server.listen(port), "listening");
}
process.stdout.write("all taken\n");
