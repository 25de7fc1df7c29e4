import type { AddressInfo } from "node:net";
import { createPong } from "../../pong/src/app.ts";

/** A pong that waits 100 ms before each answer. It runs as a child process and sends its port. */
const pong = createPong({ pod: "pong-a", node: "node-1" });
const [answer] = pong.listeners("request") as ((...args: unknown[]) => void)[];
pong.removeAllListeners("request");
pong.on("request", (...args) => setTimeout(() => answer!(...args), 100));
pong.listen(0, "127.0.0.1", () => process.send!((pong.address() as AddressInfo).port));
