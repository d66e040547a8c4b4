// Programs of others, with which our ends are tried: started, spoken to by lines, and gone when the scope ends.
import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from "node:child_process";
import { call, currentScope, fromPromise, type Awaitable, type Coroutine } from "corio";

/** Whether a program is there. */
export function hasProgram(program: string, ...args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

export class Foreign {
  readonly child: ChildProcessWithoutNullStreams;
  readonly exited: Promise<number | null>;
  #text = "";
  #errors = "";
  #ended = false;
  #changed: (() => void) | null = null;

  constructor(program: string, args: readonly string[]) {
    this.child = spawn(program, args, { stdio: "pipe" });
    this.child.stdin.on("error", () => {});
    this.child.stdout.on("data", (bytes: Buffer) => this.#grow(bytes.toString()));
    this.child.stderr.on("data", (bytes: Buffer) => {
      this.#errors += bytes.toString();
    });
    this.exited = new Promise((resolve) =>
      this.child.once("close", (code) => {
        this.#ended = true;
        this.#changed?.();
        resolve(code);
      }),
    );
  }

  /** What it has written to its error stream. */
  get errors(): string {
    return this.#errors;
  }

  #grow(text: string): void {
    this.#text += text;
    this.#changed?.();
  }

  write(text: string): void {
    this.child.stdin.write(text);
  }

  /** Waits until its output has what the pattern says, and takes all up to its end. */
  until(pattern: RegExp): Awaitable<RegExpExecArray> {
    return call(takeUntil, this, pattern);
  }

  /** Waits for its end; gives all output that was not taken. */
  rest(): Awaitable<string> {
    return fromPromise(this.exited.then(() => this.#text));
  }

  /** @internal */
  take(pattern: RegExp): RegExpExecArray | null {
    const found = pattern.exec(this.#text);
    if (found !== null) this.#text = this.#text.slice(found.index + found[0].length);
    return found;
  }

  /** @internal */
  change(): Promise<void> {
    if (this.#ended)
      throw new Error(`The program ended with "${this.#text}" and the errors:\n${this.#errors}`);
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}

function* takeUntil(program: Foreign, pattern: RegExp): Coroutine<RegExpExecArray> {
  for (;;) {
    const found = program.take(pattern);
    if (found !== null) return found;
    yield* fromPromise(program.change());
  }
}

/** Starts a program; it is killed when the scope ends. */
export function foreign(program: string, ...args: readonly string[]): Foreign {
  const started = new Foreign(program, args);
  currentScope().defer(() => {
    started.child.kill("SIGKILL");
    return fromPromise(started.exited);
  });
  return started;
}
