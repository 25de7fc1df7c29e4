import { breakCommand } from "./break.ts";
import type { Command } from "./command.ts";
import { down } from "./down.ts";
import { exec, shell } from "./enter.ts";
import { faults } from "./faults.ts";
import { heal } from "./heal.ts";
import { results } from "./results.ts";
import { soakCommand } from "./soak.ts";
import { state } from "./state.ts";
import { up } from "./up.ts";

/** Every command, by its name. */
export const COMMANDS: Readonly<Record<string, Command>> = {
  up,
  break: breakCommand,
  results,
  heal,
  faults,
  state,
  shell,
  exec,
  down,
  soak: soakCommand,
};
