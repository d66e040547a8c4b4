// communicate: all of a process's input and output at once, in a way that a cancellation loses none of it.
import {
  call,
  gather,
  InvalidStateError,
  moveOnAfter,
  ResourceGuard,
  type Coroutine,
  type Scope,
} from "corio";
import { coroutine, loopOf } from "corio/lowlevel";
import { OutputLimitError } from "../errors.ts";
import { asBuffer } from "../streams/as-buffer.ts";
import type { StreamLink } from "../streams/stream-link.ts";
import type { Child } from "./child.ts";
import { ExitWait } from "./exit-wait.ts";
import { isBroken } from "./relay.ts";
import { hasCome, pipeful } from "./rest-of-pipe.ts";

/** How much output is kept, and how long to wait for the rest of it. */
export interface CommunicateOptions {
  /** Bytes of stdout, and of stderr, that are kept; with more the process is killed: OutputLimitError. Default Infinity. */
  readonly maxOutput?: number | undefined;
  /**
   * Milliseconds to wait for the end of the output once the process has exited: others that it has started may still hold its pipes. What they write
   * later is lost. Default Infinity.
   */
  readonly outputGrace?: number | undefined;
}

const block = 64 * 1024;

export function checkLimits(maxOutput: number, outputGrace: number): void {
  if (typeof maxOutput !== "number" || !(maxOutput >= 0))
    throw new RangeError(`Cannot keep ${String(maxOutput)} bytes of output: maxOutput is a number from 0 on`);
  if (typeof outputGrace !== "number" || !(outputGrace >= 0))
    throw new RangeError(
      `Cannot wait ${String(outputGrace)} ms for the end of the output: outputGrace is a number from 0 on`,
    );
}

/** What was read of a stream. It outlives the call that reads. */
class Collected {
  readonly name: "stdout" | "stderr";
  readonly #chunks: Buffer[] = [];
  #length = 0;
  #over = false;

  constructor(name: "stdout" | "stderr") {
    this.name = name;
  }

  *collect(child: Child, link: StreamLink, most: number): Coroutine<void> {
    while (!this.#over) yield* this.#take(child, link, most);
  }

  /** Takes what was written by now, be it in the system's hands. Others may go on to write: there is an end to it. */
  *collectRest(child: Child, link: StreamLink, most: number): Coroutine<void> {
    const enough = this.#length + pipeful;
    while (!this.#over && this.#length < enough) {
      if (!(yield* hasCome(link.reader))) return;
      yield* this.#take(child, link, most);
    }
  }

  *#take(child: Child, link: StreamLink, most: number): Coroutine<void> {
    const chunk = yield* link.reader.read(block);
    if (chunk.length === 0) {
      this.#over = true;
      return;
    }
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#length <= most) return;
    this.stop(link);
    child.send("SIGKILL");
    throw new OutputLimitError(
      `${child.what} has written more than ${most} bytes to its ${this.name}, and was killed: raise maxOutput, or redirect it to a file`,
      this.name,
      most,
      this.bytes().subarray(0, most),
    );
  }

  /** Nothing more is wanted. */
  stop(link: StreamLink): void {
    if (!this.#over) link.abort();
    this.#over = true;
  }

  bytes(): Buffer {
    if (this.#chunks.length > 1) this.#chunks.splice(0, Infinity, Buffer.concat(this.#chunks));
    return this.#chunks[0] ?? Buffer.alloc(0);
  }
}

/** The state of a process's `communicate`, across its calls. */
export class Communication {
  readonly #child: Child;
  readonly #guard: ResourceGuard;
  readonly #stdout = new Collected("stdout");
  readonly #stderr = new Collected("stderr");
  /** What the first call sent. */
  #input: string | Uint8Array | null = null;
  #fed = false;

  constructor(child: Child) {
    this.#child = child;
    this.#guard = new ResourceGuard(`communicating with ${child.what}`);
  }

  *run(
    input: string | Uint8Array | null,
    options: CommunicateOptions,
  ): Coroutine<[stdout: Buffer | null, stderr: Buffer | null]> {
    const child = this.#child;
    const { maxOutput = Infinity, outputGrace = Infinity } = options;
    checkLimits(maxOutput, outputGrace);
    if (input !== null) this.#takeInput(input);
    this.#guard.enter();
    try {
      const { cancelled } = yield* moveOnAfter(Infinity, exchange, this, maxOutput, outputGrace);
      if (cancelled) yield* this.#stopReading(maxOutput);
      yield* new ExitWait(child);
    } finally {
      this.#guard.leave();
    }
    return [this.#output(this.#stdout), this.#output(this.#stderr)];
  }

  /** All that goes in and out, side by side. */
  jobs(maxOutput: number): (() => unknown)[] {
    const child = this.#child;
    const { stdin } = child;
    // What comes from elsewhere may go on for ever, whether the process wants it or not; what it writes elsewhere has an end.
    const jobs: (() => unknown)[] = child.outputTasks.map((task) => () => task.join());
    if (stdin !== null && child.plan.stdin.kind === "pipe") jobs.push(() => coroutine(feed, this, stdin));
    for (const collected of [this.#stdout, this.#stderr]) {
      const link = this.#pipeOf(collected);
      if (link !== null) jobs.push(() => collected.collect(child, link, maxOutput));
    }
    return jobs;
  }

  get child(): Child {
    return this.#child;
  }

  /** Takes over what is to be sent; false when it must wait. */
  sendInput(stdin: StreamLink): boolean {
    if (!this.#fed) this.#fed = this.#input === null || stdin.writer.tryWrite(this.#input);
    return this.#fed;
  }

  #takeInput(input: string | Uint8Array): void {
    asBuffer(input);
    const { what, plan } = this.#child;
    if (plan.stdin.kind !== "pipe") {
      throw new InvalidStateError(
        `Cannot send input to ${what}: its stdin is no pipe. Start it with { stdin: PIPE }`,
      );
    }
    if (this.#input !== null && this.#input !== input) {
      throw new InvalidStateError(
        `Cannot send other input to ${what}: an earlier communicate has begun with its own, and goes on with it`,
      );
    }
    if (this.#input === null && this.#fed) {
      throw new InvalidStateError(`Cannot send input to ${what}: an earlier communicate has ended its stdin`);
    }
    this.#input = input;
  }

  #pipeOf({ name }: Collected): StreamLink | null {
    return this.#child.plan[name].kind === "pipe" ? this.#child[name] : null;
  }

  *#stopReading(maxOutput: number): Coroutine<void> {
    for (const collected of [this.#stdout, this.#stderr]) {
      const link = this.#pipeOf(collected);
      if (link === null) continue;
      yield* collected.collectRest(this.#child, link, maxOutput);
      collected.stop(link);
    }
  }

  #output(collected: Collected): Buffer | null {
    return this.#pipeOf(collected) === null ? null : collected.bytes();
  }
}

function* exchange(
  scope: Scope,
  communication: Communication,
  maxOutput: number,
  outputGrace: number,
): Coroutine<void> {
  const { child } = communication;
  const { host } = loopOf(scope);
  const bound = (): void => void (scope.deadline = host.now() + outputGrace);
  if (outputGrace !== Infinity) {
    if (child.returnCode !== null) bound();
    else child.exitHooks.add(bound);
  }
  try {
    const jobs = communication.jobs(maxOutput);
    if (jobs.length === 1) yield* call(jobs[0]!);
    else yield* gather(jobs);
  } finally {
    child.exitHooks.delete(bound);
  }
}

/** Sends the input and ends it. That the process does not want it all is its own affair. */
function* feed(communication: Communication, stdin: StreamLink): Coroutine<void> {
  try {
    while (!communication.sendInput(stdin)) yield* stdin.writer.drain();
    yield* stdin.writer.drain();
  } catch (error) {
    if (!isBroken(error)) throw error;
  }
  stdin.close();
}
