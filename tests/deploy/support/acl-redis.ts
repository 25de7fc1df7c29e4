import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { findOrInstallRedis } from "@netchecker/testbed/programs/ensure";
import { listen } from "@netchecker/testbed/sockets/listen";
import { Redis } from "ioredis";
import { containersOf, type Rendered } from "./rendered.ts";

/** A real Redis on a free port, with the configuration, arguments and ACL of the manifests. */
export class AclRedis implements AsyncDisposable {
  readonly host = "127.0.0.1";
  readonly port: number;
  readonly passwords: { readonly netchecker: string; readonly ping: string };
  readonly #folder: string;
  readonly #server: ChildProcess;
  readonly #clients: Redis[] = [];

  private constructor(
    port: number,
    passwords: AclRedis["passwords"],
    folder: string,
    server: ChildProcess,
  ) {
    this.port = port;
    this.passwords = passwords;
    this.#folder = folder;
    this.#server = server;
  }

  static async start(all: Rendered): Promise<AclRedis> {
    const file = await findOrInstallRedis();
    const folder = await mkdtemp(join(tmpdir(), "netchecker-acl-"));
    const passwords = {
      netchecker: randomBytes(32).toString("hex"),
      ping: randomBytes(32).toString("hex"),
    };
    await writeFile(
      join(folder, "valkey.conf"),
      all.config("redis-server").data!["valkey.conf"]!.replace("/data", folder),
    );
    // The script of the init container itself, run on the rendered rules.
    const rules = all.config("redis-acl").data!;
    await writeFile(join(folder, "write-acl.sh"), rules["write-acl.sh"]!);
    const rulesFolder = await mkdtemp(join(folder, "rules-"));
    await writeFile(join(rulesFolder, "users.acl"), rules["users.acl"]!);
    await promisify(execFile)("sh", [join(folder, "write-acl.sh"), rulesFolder, folder], {
      env: {
        PATH: process.env["PATH"],
        NETCHECKER_PASSWORD: passwords.netchecker,
        PING_PASSWORD: passwords.ping,
      },
    });
    // A user that may read the log of refused commands.
    await appendFile(join(folder, "users.acl"), "user operator on >operator +@all ~* &*\n");
    const probe = createServer();
    const port = await listen(probe, "127.0.0.1", 0);
    await new Promise((resolve) => probe.close(resolve));
    const args = containersOf(all.get("Deployment", "redis"))
      .at(-1)!
      .args!.map((arg) => arg.replace(/^\/(etc\/valkey|run\/redis-acl)\//, `${folder}/`));
    const here = ["--port", `${port}`, "--bind", "127.0.0.1", "--dir", folder];
    const server = spawn(file, [...args, ...here], { stdio: ["ignore", "pipe", "inherit"] });
    const redis = new AclRedis(port, passwords, folder, server);
    await new Promise<void>((resolve, reject) => {
      let said = "";
      server.stdout!.on("data", (text: Buffer) => {
        said += text.toString();
        if (said.includes("Ready to accept connections")) resolve();
      });
      server.once("exit", () => reject(new Error(`redis-server did not start: ${said}`)));
    });
    return redis;
  }

  url(user: "netchecker" | "ping"): string {
    return `redis://${user}:${this.passwords[user]}@${this.host}:${this.port}`;
  }

  /** Connects as that user, or without a user. */
  connect(user?: "netchecker" | "ping" | "operator"): Redis {
    const passwords = { ...this.passwords, operator: "operator" };
    const login = user && { username: user, password: passwords[user] };
    const client = new Redis({
      host: this.host,
      port: this.port,
      ...login,
      enableReadyCheck: false,
      disableClientInfo: true,
    });
    client.on("error", () => {});
    this.#clients.push(client);
    return client;
  }

  /** The commands that Redis refused so far, one per line. */
  async refused(): Promise<string[]> {
    const operator = this.connect("operator");
    const log = (await operator.call("acl", "log", "128")) as (string | number)[][];
    return log.map((entry) => {
      const field = (name: string) => entry[entry.indexOf(name) + 1];
      return `${field("username")}: ${field("object")} (${field("reason")})`;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    const gone = new Promise((resolve) => this.#server.once("exit", resolve));
    if (this.#server.exitCode === null && this.#server.kill()) await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }
}
