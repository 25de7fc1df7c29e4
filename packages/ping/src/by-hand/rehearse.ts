import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { ProbeTools } from "../probes/probe.ts";
import type { HandTarget } from "./parse-target.ts";
import { probeByHand } from "./probe-by-hand.ts";

const TIMEOUT_MS = 1_000;
const IDENTITY = '{"pod":"a","node":"a","caller":""}';
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: ${IDENTITY.length}\r\n\r\n${IDENTITY}`;

/**
 * Probes once on loopback in the same way as `target`, and ignores the result. Code that is loaded
 * and compiled on its first use takes ten times as long as a network, and that time would otherwise
 * count as the network's.
 */
export async function rehearse(target: HandTarget, tools: ProbeTools): Promise<void> {
  const server = createServer(answerAnything).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return;
  }
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  // No UDP server listens at that address, so the look-up is refused at once.
  const short = { ...tools, timeoutMs: TIMEOUT_MS, dnsServers: [address] };
  await probeByHand({ kind: "dns", url: "", address: "rehearsal.invalid" }, short);
  if (target.kind !== "dns") await probeByHand(likewise(target, address), short);
  server.close();
}

function answerAnything(socket: Socket): void {
  socket.on("error", () => {});
  socket.on("data", () => socket.write(ANSWER));
}

function likewise({ kind, url }: HandTarget, address: string): HandTarget {
  return {
    kind,
    url,
    address: kind === "http" ? `${URL.parse(url)!.protocol}//${address}/` : address,
  };
}
