// A task: a scope with a body of its own that runs beside the others.

import type { HostContext } from "../host/port.ts";
import { cancellationOf, InvalidStateError, StrayCancellationError, TaskCancelledError } from "../errors.ts";
import { isGenerator, isGeneratorFunction, type Awaitable } from "./awaitable.ts";
import { callBody, driverOf, type AnyFunction } from "./body.ts";
import { closeDown, needsClosing, type Outcome } from "./closing.ts";
import { encloses, inherited } from "./delivery.ts";
import type { EventLoop } from "./event-loop.ts";
import { Operation } from "./operation.ts";
import { TASK } from "./scope-flags.ts";
import { ScopeNode } from "./scope.ts";
import { current, step, type Leaf, type Strand } from "./strand.ts";

/** A running task. Hot: it runs whether or not it is joined, and may be joined many times. Not awaitable itself: `join()` is. */
export interface Task<T> {
  /** Given at the spawn, or the function's name. */
  readonly name: string;
  /** Waits for the task's end: its value, its error, or TaskCancelledError. A cancel point; cancelling the wait leaves the task alone. */
  join(): Awaitable<T>;
  /** Cancels the task and all that it started. False when it has ended or was cancelled before. */
  cancel(reason?: unknown): boolean;
  /** Whether the task has ended, in whichever way. */
  done(): boolean;
  /** Whether the task has ended by being cancelled. */
  cancelled(): boolean;
  /** The value of a task that has ended; throws its error, TaskCancelledError, or InvalidStateError when it has not ended. */
  result(): T;
  /** The error of a task that has failed, null when it has a value; throws as `result()` does otherwise. */
  exception(): unknown;
}

/** Whoever is to be told that a task has ended; a node of the task's own list. */
export interface TaskWatch {
  before: TaskWatch | null;
  after: TaskWatch | null;
  taskEnded(): void;
}

const STARTING = 0;
const RUNNING = 1;
const CLOSING = 2;
const DONE = 3;
const CANCELLED = 4;

let taskCount = 0;

export class TaskNode<T = unknown> extends ScopeNode implements Strand, Task<T>, Outcome {
  get guest(): boolean {
    return !isGeneratorFunction(this.body);
  }
  gen: Iterator<unknown, unknown, unknown> | null = null;
  at: ScopeNode;
  leaf: Leaf | null = null;
  context: HostContext | null;
  ignored = 0;
  ok = true;
  /** The arguments until the start, the outcome after the end. */
  ending: unknown;
  #firstWatch: TaskWatch | null = null;
  #lastWatch: TaskWatch | null = null;
  /** Whether somebody has asked for the outcome. */
  observed = false;
  stage: number = STARTING;
  readonly body: AnyFunction;
  readonly #label: string | number;

  constructor(
    loop: EventLoop,
    parent: ScopeNode | null,
    body: AnyFunction,
    args: readonly unknown[],
    name: string | undefined,
    flags: number,
  ) {
    super(loop, parent, null, flags | TASK);
    this.strand = this;
    this.at = this;
    this.context = loop.host.captureContext();
    this.ending = args;
    this.body = body;
    this.#label = name ?? ++taskCount;
    if (parent !== null) this.pending = inherited(parent);
    loop.wake(this);
  }

  get name(): string {
    return typeof this.#label === "string" ? this.#label : `${this.body.name || "task"}-${this.#label}`;
  }

  run(): void {
    const { host } = this.loop;
    if (this.stage === STARTING) host.runInContext(this.context, begin, this as unknown as TaskNode);
    else host.runInContext<Strand>(this.context, step, this);
  }

  finish(ok: boolean, value: unknown): void {
    if (this.stage === CLOSING) {
      this.#complete();
      return;
    }
    this.ok = ok;
    this.ending = value;
    if (!needsClosing(this)) {
      this.#complete();
      return;
    }
    this.stage = CLOSING;
    this.beforeClosing();
    this.at = this;
    this.gen = closeDown(this, this);
    step(this);
  }

  /** A hook for runs, which end their leftover tasks. */
  protected beforeClosing(): void {}

  #complete(): void {
    this.gen = null;
    this.leaf = null;
    this.at = this;
    this.stage = DONE;
    if (!this.ok) {
      const cancellation = cancellationOf(this.ending);
      if (cancellation !== null) {
        if (encloses(cancellation.scope, this)) {
          this.stage = CANCELLED;
          this.ending = cancellation;
        } else {
          this.ending = new StrayCancellationError(
            `Task ${this.name} was ended by the cancellation of a scope that it is not in`,
            { cause: this.ending },
          );
        }
      }
    }
    let watch = this.#firstWatch;
    this.#firstWatch = this.#lastWatch = null;
    while (watch !== null) {
      const next: TaskWatch | null = watch.after;
      watch.taskEnded();
      watch = next;
    }
    const parent = this.parent;
    if (parent !== null) parent.taskEnded(this as TaskNode<unknown>);
    this.close();
    this.completed();
  }

  /** Replaces the outcome. */
  protected failWith(error: unknown): void {
    this.ok = false;
    this.ending = error;
    this.stage = DONE;
  }

  /** A hook for runs, which tell the outside. */
  protected completed(): void {}

  /** Adds somebody to be told of the end. */
  watch(watch: TaskWatch): void {
    watch.before = this.#lastWatch;
    if (this.#lastWatch === null) this.#firstWatch = watch;
    else this.#lastWatch.after = watch;
    this.#lastWatch = watch;
  }

  unwatch(watch: TaskWatch): void {
    if (watch.before === null) this.#firstWatch = watch.after;
    else watch.before.after = watch.after;
    if (watch.after === null) this.#lastWatch = watch.before;
    else watch.after.before = watch.before;
    watch.before = watch.after = null;
  }

  join(): Awaitable<T> {
    return new JoinTask<T>(this);
  }

  done(): boolean {
    return this.stage >= DONE;
  }

  cancelled(): boolean {
    return this.stage === CANCELLED;
  }

  result(): T {
    this.observed = true;
    if (this.stage < DONE) throw new InvalidStateError(`Task ${this.name} has not ended`);
    if (this.stage === CANCELLED) throw this.cancelledError();
    if (!this.ok) throw this.ending;
    return this.ending as T;
  }

  exception(): unknown {
    this.observed = true;
    if (this.stage < DONE) throw new InvalidStateError(`Task ${this.name} has not ended`);
    if (this.stage === CANCELLED) throw this.cancelledError();
    return this.ok ? null : this.ending;
  }

  cancelledError(): TaskCancelledError {
    return new TaskCancelledError(`Task ${this.name} was cancelled`, { cause: this.ending });
  }

  get failed(): boolean {
    return !this.ok && this.stage === DONE;
  }
}

/** The first step. A task always starts: cancelled before it, it runs to its first await. */
function begin(task: TaskNode): void {
  const args = task.ending as readonly unknown[];
  task.ending = undefined;
  task.stage = RUNNING;
  const outer = current.strand;
  current.strand = task;
  let result: unknown;
  try {
    result = callBody(task.body, args, task);
    task.gen = driverOf(result, task);
  } catch (error) {
    current.strand = outer;
    task.finish(false, error);
    return;
  }
  current.strand = outer;
  if (task.gen === null) task.finish(true, result);
  else {
    // An async body has run to its first await, and begins that wait in a microtask: in its turn, before what is ready behind it.
    if (!isGenerator(task.gen)) task.loop.noteGuest();
    step(task);
  }
}

/** The wait for a task. */
class JoinTask<T> extends Operation<T> implements TaskWatch {
  before: TaskWatch | null = null;
  after: TaskWatch | null = null;
  readonly #task: TaskNode<T>;

  constructor(task: TaskNode<T>) {
    super();
    this.#task = task;
  }

  protected start(scope: ScopeNode): boolean {
    const task = this.#task;
    task.observed = true;
    if (task.done()) {
      this.value = task.result();
      return true;
    }
    if (taskOf(scope) === task) throw new InvalidStateError(`Task ${task.name} cannot join itself`);
    task.watch(this);
    return false;
  }

  protected override detach(): void {
    this.#task.unwatch(this);
  }

  taskEnded(): void {
    const task = this.#task;
    if (task.cancelled()) this.fail(task.cancelledError());
    else if (task.ok) this.settle(task.ending as T);
    else this.fail(task.ending);
  }

  describe(): string {
    return `task ${this.#task.name}`;
  }
}

/** The task that a scope is in. */
export function taskOf(scope: ScopeNode): TaskNode | null {
  for (let s: ScopeNode | null = scope; s !== null; s = s.parent) if (s instanceof TaskNode) return s;
  return null;
}
