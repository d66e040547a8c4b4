// A child process from its birth to its end, below the public class: its exit, its pipes, who signals it, and what is left of it.
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { createTask, Event, type Task } from "corio";
import { WaitQueue } from "corio/lowlevel";
import { ProcessSignalError } from "../errors.ts";
import { socketTransport } from "../network/socket-transport.ts";
import { signalNumber, type SignalName } from "../signals/signal-names.ts";
import { StreamLink } from "../streams/stream-link.ts";
import type { StreamReader } from "../streams/stream-reader.ts";
import { noteEnded, noteLiving, type Mortal } from "./living-children.ts";
import { ProcessGroup } from "./process-group.ts";
import type { ProcessPlan } from "./process-options.ts";
import type { StreamName } from "./redirect.ts";
import { Relay } from "./relay.ts";

/** Who is behind a reader, for the pipes of children. */
const links = new WeakMap<StreamReader, StreamLink>();

export class Child implements Mortal {
  readonly pid: number;
  readonly plan: ProcessPlan;
  /** For messages: "git push (1234)". */
  readonly what: string;
  readonly stdin: StreamLink | null;
  readonly stdout: StreamLink | null;
  readonly stderr: StreamLink | null;
  /** As the system told it; null while it runs. */
  returnCode: number | null = null;
  signal: SignalName | null = null;
  readonly exits: WaitQueue<number> = new WaitQueue();
  /** Called at the exit, before anybody who waits for it. */
  readonly exitHooks: Set<() => void> = new Set();
  readonly relays: Relay[] = [];
  /** Pass on what they can while nobody else does. */
  readonly relayTasks: Task<void>[] = [];
  /** Those that pass on what the child writes. */
  readonly outputTasks: Task<void>[] = [];
  /** Whether somebody sees to its end. */
  ending = false;
  /** Its end has been seen to. */
  readonly ended: Event = new Event();
  /** Takes it off the scope that would end it. */
  disown: () => void = () => {};
  readonly #handle: ChildProcess;
  readonly #group: ProcessGroup | null;

  /** @param output the pipe of stdout, where it is not one that node has made */
  constructor(handle: ChildProcess, plan: ProcessPlan, output: Socket | null) {
    this.#handle = handle;
    this.pid = handle.pid!;
    this.#group = plan.processGroup ? new ProcessGroup(this.pid, () => this.#settle()) : null;
    this.plan = plan;
    this.what = `${plan.shown} (${this.pid})`;
    const { stdin, stdout, stderr } = handle as { -readonly [N in StreamName]: Socket | null };
    // The pipes are ours: at the exit node would throw away what waits for stdin, and pull the others through.
    Object.assign(handle, { stdin: null, stdout: null, stderr: null, stdio: [] });
    this.stdin = this.#link("stdin", stdin);
    this.stdout = this.#link("stdout", output ?? stdout);
    this.stderr = this.#link("stderr", stderr);
    noteLiving(this);
    handle.on("exit", (code, signal) => this.#exited(code, signal));
  }

  get args(): readonly string[] {
    return [this.plan.program, ...this.plan.args];
  }

  get links(): StreamLink[] {
    return [this.stdin, this.stdout, this.stderr].filter((link) => link !== null);
  }

  /** Whether it, or with a group anybody of that, still runs. */
  get alive(): boolean {
    return this.returnCode === null || this.#group?.gone === false;
  }

  /** Sends a signal to what is alive. ProcessSignalError when the system refuses. */
  send(signal: SignalName): void {
    let refusal: unknown = null;
    const note = (error: unknown): void => void (refusal ??= error);
    if (this.#group !== null) {
      try {
        this.#group.signal(signal);
      } catch (error) {
        note(error);
      }
    } else if (this.returnCode === null) {
      // By its handle, which knows whether it was reaped: the number may be another's by then.
      this.#handle.once("error", note);
      this.#handle.kill(signal);
      this.#handle.off("error", note);
    }
    if (refusal === null) return;
    throw new ProcessSignalError(`Cannot send ${signal} to ${this.what}: the system does not permit it`, {
      cause: refusal,
    });
  }

  killAtExit(): void {
    try {
      this.send("SIGKILL");
    } catch {
      // The program is at its end.
    }
  }

  /** From here on nobody reads its output: it is thrown away, so that the child does not wait for a reader while it cleans up. */
  discardOutput(): void {
    for (const name of ["stdout", "stderr"] as const) {
      const link = this[name];
      if (link === null || link.isClosing || this.relays.some((relay) => relay.name === name)) continue;
      const socket = link.transport.underlying as Socket;
      socket.removeAllListeners("data");
      socket.on("data", () => {});
      if (!link.reader.ended) link.reader.setException(link.closedError("read"));
      socket.resume();
    }
  }

  /** Nothing is to be done for it any more. */
  release(): void {
    this.disown();
    this.#group?.release();
    noteEnded(this);
  }

  /** The process of this program may end although the child runs. */
  abandon(): void {
    this.#handle.unref();
    this.#handle.on("error", () => {});
  }

  #link(name: StreamName, socket: Socket | null): StreamLink | null {
    if (socket === null) return null;
    const link = new StreamLink(socketTransport(socket), {
      what: `${name} of ${this.what}`,
      limit: this.plan.limit,
    });
    link.onClosed = () => this.#settle();
    links.set(link.reader, link);
    return link;
  }

  #exited(code: number | null, signal: NodeJS.Signals | null): void {
    this.signal = signal;
    this.returnCode = code ?? -signalNumber(signal!);
    this.#group?.leaderExited();
    for (const hook of this.exitHooks) hook();
    while (this.exits.serve(this.returnCode));
    this.#settle();
  }

  /** Once it has ended and its output was read, the scope has nothing to do for it any more. */
  #settle(): void {
    if (this.returnCode === null || this.ending) return;
    if (this.stdout?.isClosed === false || this.stderr?.isClosed === false) return;
    if (this.relays.some((relay) => !relay.over) || this.#group?.gone === false) return;
    this.stdin?.close();
    if (this.stdin?.isClosed !== false) this.release();
  }

  /** Passes on what goes to and from streams of this program. */
  startRelays(): void {
    const { stdin, stdout, stderr } = this.plan;
    const feed = this.stdin;
    if (stdin.kind === "reader" && feed !== null) {
      const source = links.get(stdin.reader);
      this.relays.push(
        new Relay(
          "stdin",
          stdin.reader,
          feed.writer,
          () => feed.close(),
          // Whoever writes it should know that nobody reads it any more.
          () => source?.abort(),
        ),
      );
    }
    for (const [name, plan, link] of [
      ["stdout", stdout, this.stdout],
      ["stderr", stderr, this.stderr],
    ] as const) {
      if (plan.kind !== "writer" || link === null) continue;
      this.relays.push(
        new Relay(
          name,
          link.reader,
          plan.writer,
          () => this.#settle(),
          () => link.abort(),
        ),
      );
    }
    for (const relay of this.relays) {
      const task = createTask({ name: `${relay.name} of ${this.what}` }, () => relay.run());
      this.relayTasks.push(task);
      if (relay.name !== "stdin") this.outputTasks.push(task);
    }
  }
}
