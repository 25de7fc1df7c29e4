import { connect } from "node:net";

/** What a check came to, as it is said. */
export interface Checked {
  readonly ok: boolean;
  readonly text: string;
}

const PATIENCE_MS = 20_000;
const MOST_CHARACTERS = 1_000_000;

/**
 * Where a running netchecker answers checks: an abstract socket (unix(7)), which nothing outside of its pod's network
 * namespace reaches, and which needs no writable file system. Null where there is none: not on Linux, not on port 0.
 */
export function checkSocket(port: string): string | null {
  return process.platform === "linux" && /^[1-9]\d{0,4}$/.test(port)
    ? `\0netchecker-check-${port}`
    : null;
}

/** Lets the netchecker that runs here, on this port, check itself; null where none does. Loads next to nothing. */
export function askRunning(port = "8080", patienceMs = PATIENCE_MS): Promise<Checked | null> {
  const path = checkSocket(port);
  if (path === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect({ path });
    const hangs = failed(`the netchecker that runs here gives no answer within ${patienceMs} ms`);
    let connected = false;
    let text = "";
    const patience = setTimeout(() => finish(hangs), patienceMs);
    const finish = (checked: Checked | null) => {
      clearTimeout(patience);
      socket.destroy();
      resolve(checked);
    };
    socket.setEncoding("utf8");
    socket.on("connect", () => (connected = true));
    socket.on("data", (part: string) => {
      text += part;
      if (text.length > MOST_CHARACTERS) finish(failed("the answer is too long"));
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
