import { connect } from "node:net";

/** The result of a check of the installation, with the text to print. */
export interface Checked {
  readonly ok: boolean;
  readonly text: string;
}

const ANSWER_TIMEOUT_MS = 20_000;
const MAX_ANSWER_CHARS = 1_000_000;

/**
 * The socket on which a running netchecker answers checks. It is an abstract one (unix(7)): only processes in the
 * pod's network namespace reach it, and it needs no writable file system. Null on other systems than Linux, and for
 * port 0.
 */
export function checkSocket(port: string): string | null {
  return process.platform === "linux" && /^[1-9]\d{0,4}$/.test(port)
    ? `\0netchecker-check-${port}`
    : null;
}

/**
 * Asks the netchecker that runs in this pod on this port to check itself. Null if none runs. This module loads almost
 * nothing else.
 */
export function askRunning(port = "8080", timeoutMs = ANSWER_TIMEOUT_MS): Promise<Checked | null> {
  const path = checkSocket(port);
  if (path === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect({ path });
    const hangs = failed(`the netchecker that runs here gives no answer within ${timeoutMs} ms`);
    let connected = false;
    let text = "";
    const timeout = setTimeout(() => finish(hangs), timeoutMs);
    const finish = (checked: Checked | null) => {
      clearTimeout(timeout);
      socket.destroy();
      resolve(checked);
    };
    socket.setEncoding("utf8");
    socket.on("connect", () => (connected = true));
    socket.on("data", (part: string) => {
      text += part;
      if (text.length > MAX_ANSWER_CHARS) finish(failed("the answer is too long"));
    });
    socket.on("error", () => finish(connected ? broken : null));
    socket.on("end", () => finish(read(text)));
  });
}

const failed = (what: string): Checked => ({ ok: false, text: `FAILED  ${what}` });
const broken = failed("the netchecker that runs here ended while it was asked");

function read(text: string): Checked {
  try {
    return JSON.parse(text) as Checked;
  } catch {
    return broken;
  }
}
