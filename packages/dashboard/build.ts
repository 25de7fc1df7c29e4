import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";

/** `dist/index.html`, and its script under a name that changes with its content. */
const script = await readFile("src/main.js");
const digest = createHash("sha256").update(script).digest("base64url").slice(0, 8);
const name = `assets/main-${digest}.js`;
const html = await readFile("index.html", "utf8");
await rm("dist", { recursive: true, force: true });
await mkdir("dist/assets", { recursive: true });
await writeFile(`dist/${name}`, script);
await writeFile("dist/index.html", html.replace("./src/main.js", `./${name}`));
