import { createLog } from "@netchecker/runtime/log";
import { startService } from "@netchecker/runtime/start";
import closeWithGrace from "close-with-grace";
import { ApiServerAccess } from "./adapters/api-server-access.ts";
import { loadKubeConfig } from "./adapters/load-kube-config.ts";
import { checkCluster, checkInstallation, watchedBy } from "./check-install.ts";
import { readConfig } from "./config.ts";
import { createNetchecker } from "./create-netchecker.ts";

async function main(): Promise<void> {
  const netchecker = createNetchecker(readConfig(process.env));
  const { log } = netchecker;
  closeWithGrace({ delay: 10_000, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, "ends after an error that nobody caught");
    else log.info({ signal }, "ends");
    await netchecker.stop();
  });
  void netchecker.runRounds();
  try {
    log.info({ address: await netchecker.serve() }, "serves");
  } catch (error) {
    await netchecker.stop();
    throw error;
  }
}

/**
 * `--check`, if no netchecker runs in this pod. Says what is wrong with the installation; the exit code is 1 if
 * anything is.
 */
async function check(): Promise<void> {
  const config = readConfig(process.env);
  const log = createLog("netchecker", config.LOG_LEVEL);
  const apiServer = new ApiServerAccess(() => loadKubeConfig(config.KUBECONFIG), log);
  const { ok, text } = await checkInstallation(config, checkCluster(apiServer, watchedBy(config)));
  await apiServer.close();
  console.log(text);
  if (!ok) process.exitCode = 1;
}

void startService("netchecker", process.argv.includes("--check") ? check : main);
