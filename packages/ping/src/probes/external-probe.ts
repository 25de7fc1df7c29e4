import { attempt, type AttemptOutcome } from "./attempt.ts";
import { dial } from "./dial.ts";
import { getStatus } from "./get-status.ts";
import { type HostPort, parseHostPort } from "./host-port.ts";
import { lookUpHost } from "./look-up.ts";
import type { ProbeTools, Target } from "./probe.ts";
import { ProbeFailureError } from "./probe-failure.ts";
import type { Progress } from "./progress.ts";

/** The check `connect`: something outside the cluster has an address and accepts a connection. */
export function probeConnect(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, async (progress, signal) => {
    const socket = await reach(parseHostPort(target.address), tools, progress, signal);
    // Closed in good order: a reset would appear as an error in a stranger's log.
    socket.destroy();
  });
}

/**
 * The check `http`: a URL answers with a status below 400. The certificate is verified, and
 * redirects are not followed.
 */
export function probeHttp(target: Target, tools: ProbeTools): Promise<AttemptOutcome> {
  return attempt(tools, async (progress, signal) => {
    const url = URL.parse(target.address);
    if (!url) throw new ProbeFailureError("not_probed", "address is not a URL");
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(url.port) || (url.protocol === "https:" ? 443 : 80);
    const socket = await reach({ host, port }, tools, progress, signal);
    const status = await getStatus(url, socket, progress, signal);
    if (status >= 400) throw new ProbeFailureError("bad_status", String(status));
  });
}

/** Looks up the host, then connects. Each is a stage of its own. */
async function reach(
  { host, port }: HostPort,
  { families, dnsServers }: ProbeTools,
  progress: Progress,
  signal: AbortSignal,
) {
  const address = await lookUpHost(host, families, dnsServers, progress, signal);
  progress.enter("connect");
  return dial({ host: address, port }, signal);
}
