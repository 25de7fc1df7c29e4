import { once } from "node:events";
import { createPong } from "@netchecker/pong/app";
import { manyPods } from "./many-pods.ts";

/**
 * A process of its own: pong's own servers for so many pods, each listening on its pod's address, so
 * that each can only say who it is. Prints a line once all listen.
 */
const { name, node, address } = manyPods(Number(process.argv[2]));

await Promise.all(
  address.map((hostPort, index) => {
    const [host, port] = hostPort.split(":");
    const server = createPong({ pod: name[index]!, node: node[index]! });
    server.listen({ host, port: Number(port), backlog: 4_096 });
    return once(server, "listening");
  }),
);
console.log("listening");
