/** A process of its own, in the world outside of the cluster: accepts on 443, answers HTTP on 80. */
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";

const tcp = createServer((socket) => {
  socket.on("error", () => socket.destroy());
  socket.resume();
});
const http = createHttpServer((_request, response) => response.end("here\n"));
tcp.listen(443, () => http.listen(80, () => process.stdout.write("ready\n")));
