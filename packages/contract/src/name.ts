import { Type } from "typebox";

/**
 * The name of a pod or a node: a DNS subdomain, which is what the API server takes for both (RFC 1123,
 * Kubernetes' IsDNS1123Subdomain).
 */
export const NameSchema = Type.String({
  minLength: 1,
  maxLength: 253,
  pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
});

/** No control characters, and nothing that changes how the rest is read; as in visible.ts. */
const VISIBLE = "^[^\\p{C}\\p{Zl}\\p{Zp}]*$";

/** The longest name or address of a target: an external one can be a URL. */
export const MOST_TARGET_CHARS = 2_048;

/** What is probed, by name: a pod, a node, a service or a DNS name, or an external target as configured. */
export const TargetNameSchema = Type.String({
  minLength: 1,
  maxLength: MOST_TARGET_CHARS,
  pattern: VISIBLE,
});

/** Where it is probed: `ip:port`, `[ip]:port`, an IP to be found (`dns`), or an external target as configured. */
export const AddressSchema = Type.String({
  minLength: 1,
  maxLength: MOST_TARGET_CHARS,
  pattern: VISIBLE,
});

/** An IPv4 or IPv6 address, by its characters. */
export const IpSchema = Type.String({ minLength: 2, maxLength: 45, pattern: "^[0-9a-fA-F:.]*$" });

/** Names one publication of a round's lists, so that a round id used twice cannot mix rounds. */
export const ListIdSchema = Type.String({ minLength: 1, maxLength: 64, pattern: "^[\\w-]*$" });

/** A short fact behind a reason, such as a status or a wrong address: ASCII that can be seen. */
export const DetailSchema = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[\\x20-\\x7e]*$",
});
