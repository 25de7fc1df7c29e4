import type { Check } from "@netchecker/contract";
import { probeConnect, probeHttp } from "./external-probe.ts";
import { probeNodePort, probeNodeTcp } from "./node-probe.ts";
import { probePod } from "./pod-probe.ts";
import type { Probe } from "./probe.ts";
import { probeClusterIp, probeDns } from "./service-probe.ts";

/** The probe for each check. A new check is a new file and one line here. */
export const PROBES: Readonly<Record<Check, Probe>> = {
  echo: probePod,
  tcp: probeNodeTcp,
  nodeport: probeNodePort,
  clusterip: probeClusterIp,
  dns: probeDns,
  connect: probeConnect,
  http: probeHttp,
};
