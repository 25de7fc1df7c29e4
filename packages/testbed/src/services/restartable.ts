import type { Child, Exit } from "./child-process.ts";

/** A process that can be ended in any way and started again. Subclasses say how it starts. */
export abstract class Restartable {
  protected child: Child | undefined;

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get running(): boolean {
    return this.child?.running ?? false;
  }

  /** Its last words, one line, for an error message. */
  lastWords(): string {
    return this.child?.lastWords() ?? "";
  }

  /** Ends it with a signal, by default as `kill -9` does, and resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Exit | undefined> {
    this.child?.signal(signal);
    return this.child?.exited;
  }

  /** Stops it where it is: the kernel still accepts connections, nothing answers. */
  freeze(): void {
    this.child?.signal("SIGSTOP");
  }

  thaw(): void {
    this.child?.signal("SIGCONT");
  }
}
