import { connect } from "node:net";
import { LocalClusterError } from "./local-cluster-error.ts";
import type { Address } from "./tcp-proxy.ts";

const ANSWER_TIMEOUT_MS = 5_000;

/**
 * Sends Redis one command over a connection of its own, and gives its answer's first line, such as `+OK`. Rejects with a
 * {@link LocalClusterError} on an error of Redis, or without an answer.
 */
export async function redisCommand(
  address: Address,
  command: readonly string[],
  password: string | null = null,
): Promise<string> {
  const commands = [...(password === null ? [] : [["AUTH", password]]), command];
  const answers = await exchange(address, commands);
  const refused = answers.find((answer) => answer.startsWith("-"));
  if (refused !== undefined)
    throw new LocalClusterError(`Redis refuses ${command[0]}: ${refused.slice(1)}`);
  return answers.at(-1)!;
}

const encode = (parts: readonly string[]) =>
  [`*${parts.length}`, ...parts.flatMap((part) => [`$${Buffer.byteLength(part)}`, part]), ""].join(
    "\r\n",
  );

/** The first lines of as many answers as there are commands; all but the last have to be of one line. */
function exchange(address: Address, commands: readonly (readonly string[])[]): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: Error) =>
      reject(new LocalClusterError("Redis does not answer.", { cause }));
    const socket = connect(address, () => socket.write(commands.map(encode).join("")));
    let text = "";
    socket.setTimeout(ANSWER_TIMEOUT_MS, () => {
      socket.destroy();
      fail();
    });
    socket.on("data", (data) => {
      text += data.toString();
      const lines = text.split("\r\n").slice(0, -1);
      if (lines.length < commands.length) return;
      socket.destroy();
      resolve(lines.slice(0, commands.length));
    });
    socket.once("error", fail);
    socket.once("end", () => fail());
  });
}
