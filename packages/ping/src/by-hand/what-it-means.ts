import type { Reason } from "@netchecker/contract";
import type { Stage } from "../probes/progress.ts";

const BY_REASON: Readonly<Record<Reason, string>> = {
  ok: "It works.",
  connect_timeout:
    "Packets to it or from it are lost: look whether it still exists, then at NetworkPolicies, firewalls and routes between the two nodes.",
  connection_refused:
    "Its host answers, but nobody listens there, or a firewall rejects: look whether the pod runs and is ready, and at that port.",
  connection_reset:
    "The connection was cut: look whether the process there just ended (its log, its restarts), and at proxies and firewalls on the way.",
  host_unreachable:
    "A router, or this node, says that it is out of reach: look whether the pod or node still exists, at the routes to it, and for a firewall that rejects.",
  network_unreachable:
    "There is no route to it from here: look at this pod's addresses and routes, and whether the cluster has that address family.",
  response_timeout:
    "It accepts connections and does not answer: look at the process there (hung, overloaded, short of CPU).",
  large_request_timeout:
    "Small packets pass, large ones towards it do not: look at the MTU on the way there.",
  large_response_timeout:
    "Small packets pass, large ones back from it do not: look at the MTU on the way back.",
  bad_status: "The network is fine, the answer is an error: look at the log of who answers.",
  wrong_responder:
    "Something else than a pong answers: look who has this address now (kubectl get pods -A -o wide).",
  dns_failure: "The look-up failed: look at the cluster's DNS (CoreDNS pods and their log).",
  dns_mismatch: "The name has another address than it should: look at who answers for it.",
  local_exhaustion:
    "This machine ran short of ports, files or memory, which says nothing about the target: look at its limits and open sockets.",
  not_probed: "It was not probed.",
};

/**
 * Explanations that are more exact than the reason's own: by reason and detail, or by reason and
 * stage.
 */
const CLOSER: Readonly<Record<string, string>> = {
  "dns_failure ENOTFOUND":
    "The name server answers that there is no such name. Names are looked up as they stand, without search domains: write it in full.",
  "dns_failure ENODATA":
    "The name server answers that the name has no address: look at what it stands for (a service without a ClusterIP and without ready pods?).",
  "dns_failure ETIMEOUT":
    "No answer from the name server: look at its pods (CoreDNS), at kube-proxy on this node, and at UDP port 53 on the way.",
  "dns_failure ECONNREFUSED":
    "Nobody listens at the name server's address: look at its pods (CoreDNS) and the endpoints of its service.",
  "dns_failure ESERVFAIL":
    "The name server answers that it failed itself: look at its log (CoreDNS) and at the servers that it asks.",
  "dns_failure EREFUSED":
    "The name server refuses to answer this: look at its configuration, and whether it is the right one.",
  "host_unreachable EPERM":
    "A packet filter on this very node forbids it: look at NetworkPolicies for this pod, and at the node's firewall.",
  "host_unreachable EACCES":
    "A packet filter on this very node forbids it: look at NetworkPolicies for this pod, and at the node's firewall.",
  "local_exhaustion internal error":
    "A fault of netChecker's own, which says nothing about the target.",
  "response_timeout tls":
    "It accepts connections and does not begin TLS: look at the process there, and at the MTU (certificates are large).",
  "wrong_responder tls":
    "Its certificate is not trusted here: look at the certificate, and for a proxy on the way that has its own.",
  "wrong_responder EPROTO":
    "It does not agree on TLS: look whether it speaks TLS at that port at all, and which versions.",
  "wrong_responder response-head": "What answers there does not speak HTTP: look at the port.",
  "wrong_responder large-response":
    "What came back is not what was sent: look at proxies on the way, and at who answers there.",
};

/** What a failure usually means and where to look, in one line. */
export function whatItMeans(failure: {
  readonly reason: Reason;
  readonly detail: string | undefined;
  readonly stage: Stage;
}): string {
  const { reason, detail, stage } = failure;
  return CLOSER[`${reason} ${detail}`] ?? CLOSER[`${reason} ${stage}`] ?? BY_REASON[reason];
}
