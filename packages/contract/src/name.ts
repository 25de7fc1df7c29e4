import { Type } from "typebox";

/**
 * The name of a pod or a node. It is a DNS subdomain, as the API server requires (RFC 1123,
 * Kubernetes' IsDNS1123Subdomain).
 */
export const NameSchema = Type.String({
  minLength: 1,
  maxLength: 253,
  pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
});

/**
 * No control characters, and no character that changes how the rest is read; the same as in
 * visible.ts.
 */
const VISIBLE = "^[^\\p{C}\\p{Zl}\\p{Zp}]*$";

/** The longest name or address of a target. An external target can be a URL. */
export const MAX_TARGET_CHARS = 2_048;

/**
 * The name of a target: a pod, a node, a service, a DNS name, or an external target as the operator
 * wrote it.
 */
export const TargetNameSchema = Type.String({
  minLength: 1,
  maxLength: MAX_TARGET_CHARS,
  pattern: VISIBLE,
});

/**
 * The address of a target: `ip:port`, `[ip]:port`, the IP that a look-up must give (`dns`), or an
 * external target as the operator wrote it.
 */
export const AddressSchema = Type.String({
  minLength: 1,
  maxLength: MAX_TARGET_CHARS,
  pattern: VISIBLE,
});

/** An IPv4 or IPv6 address. Only its characters are checked. */
export const IpSchema = Type.String({ minLength: 2, maxLength: 45, pattern: "^[0-9a-fA-F:.]*$" });

/**
 * The id of one publication of a round's lists. It keeps rounds apart even if a round id is used
 * twice.
 */
export const ListIdSchema = Type.String({ minLength: 1, maxLength: 64, pattern: "^[\\w-]*$" });

/**
 * A short fact that explains a reason, such as an HTTP status or a wrong address. Printable ASCII
 * only.
 */
export const DetailSchema = Type.String({
  minLength: 1,
  maxLength: 200,
  pattern: "^[\\x20-\\x7e]*$",
});
