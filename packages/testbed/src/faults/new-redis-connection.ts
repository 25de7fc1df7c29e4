import { CONTROL_END, type Leg, type Loss } from "../expect/effect.ts";

/**
 * How it shows that an agent can make no new connection to Redis, by its leg to control: the one that stands serves on,
 * until something else breaks it.
 */
export const noNewRedisConnection = ({ to, protocol }: Leg): Loss | null =>
  to === CONTROL_END && protocol === "tcp" ? { of: "connections" } : null;
