// A task: a scope with a body of its own that runs beside the others.

import type { HostContext } from "../host/port.ts";
import { cancellationOf, InvalidStateError, StrayCancellationError, TaskCancelledError } from "../errors.ts";
import { isGenerator, isGeneratorFunction, type Awaitable } from "./awaitable.ts";
import { callBody, driverOf, type AnyFunction } from "./body.ts";
import { closeDown, needsClosing, type Outcome } from "./closing.ts";
import { contextOfHolder, valuesForTask, type Context, type ContextValues } from "./context-var.ts";
import { encloses, inherited } from "./delivery.ts";
import { DoneCallbacks, type CallbackOptions } from "./done-callbacks.ts";
import type { EventLoop } from "./event-loop.ts";
import { hooks } from "./hooks.ts";
import { Operation } from "./operation.ts";
import {
  CANCELLED,
  CLOSING,
  DONE,
  EAGER,
  FAILED,
  NATIVE,
  NO_ARGUMENT,
  OBSERVED,
  ONE_ARGUMENT,
  RUNNING,
  STAGE,
  STARTING,
  TASK,
} from "./scope-flags.ts";
import { ScopeNode } from "./scope.ts";
import { current, step, type Leaf, type Strand } from "./strand.ts";
import type { Task } from "./task-interface.ts";
import { taskOf } from "./task-of.ts";
import { type TaskWatch, withoutWatch, withWatch } from "./task-watch.ts";
import type { WaitTarget } from "./wait-target.ts";

export type { Task } from "./task-interface.ts";
export { taskOf } from "./task-of.ts";
export type { TaskWatch } from "./task-watch.ts";

let taskCount = 0;

export class TaskNode<T = unknown> extends ScopeNode implements Strand, Task<T>, Outcome {
  get guest(): boolean {
    // A first step runs the body itself, which must not go before those that were woken.
    return (this.stage !== STARTING || !this.loop.guestResumes) && !isGeneratorFunction(this.body);
  }
  gen: Iterator<unknown, unknown, unknown> | null = null;
  at: ScopeNode;
  leaf: Leaf | null = null;
  context: HostContext | null;
  /** Its context variables: its parent's values, until it changes them. */
  vars: ContextValues | Context;
  /** The arguments until the start, the outcome after the end. */
  ending: unknown;
  /** Who is told of the end. The first one's `before` is the last. */
  #watches: TaskWatch | null = null;
  readonly body: AnyFunction;
  #label: string | number;

  constructor(
    loop: EventLoop,
    parent: ScopeNode | null,
    body: AnyFunction,
    args: unknown,
    name: string | undefined,
    flags: number,
  ) {
    super(loop, parent, null, flags | TASK);
    this.strand = this;
    this.at = this;
    this.context = loop.host.captureContext();
    this.vars = valuesForTask();
    this.ending = args;
    this.body = body;
    this.#label = name ?? ++taskCount;
    if (parent !== null) this.pending = inherited(parent);
    if ((flags & EAGER) === 0) loop.wake(this);
  }

  get native(): boolean {
    return (this.flags & NATIVE) !== 0;
  }

  get ok(): boolean {
    return (this.flags & FAILED) === 0;
  }

  set ok(ok: boolean) {
    if (ok) this.flags &= ~FAILED;
    else this.flags |= FAILED;
  }

  /** Whether somebody has asked for the outcome. */
  get observed(): boolean {
    return (this.flags & OBSERVED) !== 0;
  }

  set observed(observed: boolean) {
    if (observed) this.flags |= OBSERVED;
    else this.flags &= ~OBSERVED;
  }

  /** Whether it has had its first step. */
  get begun(): boolean {
    return this.stage !== STARTING;
  }

  get stage(): number {
    return this.flags & STAGE;
  }

  set stage(stage: number) {
    this.flags = (this.flags & ~STAGE) | stage;
  }

  get ignored(): number {
    return this.extra === null ? 0 : this.extra.strandIgnored;
  }

  set ignored(count: number) {
    this.extras().strandIgnored = count;
  }

  get name(): string {
    return typeof this.#label === "string" ? this.#label : `${this.body.name || "task"}-${this.#label}`;
  }

  run(): void {
    const { host } = this.loop;
    if (this.stage === STARTING) host.runInContext(this.context, begin, this as unknown as TaskNode);
    else host.runInContext<Strand>(this.context, step, this);
  }

  getName(): string {
    return this.name;
  }

  setName(name: unknown): void {
    this.#label = String(name);
  }

  finish(ok: boolean, value: unknown): void {
    if (this.stage !== CLOSING) {
      this.ok = ok;
      this.ending = value;
    }
    // A second time where a release was closed by force: the others are still to be called.
    if (!needsClosing(this)) {
      this.#complete();
      return;
    }
    if (this.stage !== CLOSING) this.beforeClosing();
    this.stage = CLOSING;
    this.at = this;
    this.flags &= ~NATIVE;
    this.gen = closeDown(this, this);
    step(this);
  }

  /** A hook for runs, which end their leftover tasks. */
  protected beforeClosing(): void {}

  #complete(): void {
    this.gen = null;
    this.leaf = null;
    // A failure may still be reported, in the context of its task.
    if (this.ok) this.context = null;
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
    let watch = this.#watches;
    this.#watches = null;
    while (watch !== null) {
      const next: TaskWatch | null = watch.after;
      watch.taskEnded();
      watch = next;
    }
    hooks.tracer?.ended(this);
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
    this.#watches = withWatch(this.#watches, watch);
  }

  unwatch(watch: TaskWatch): void {
    this.#watches = withoutWatch(this.#watches, watch);
  }

  addDoneCallback(callback: (task: Task<T>) => unknown, options: CallbackOptions = {}): void {
    let callbacks = this.#doneCallbacks();
    if (callbacks === null) {
      callbacks = new TaskCallbacks(this);
      if (!this.done()) this.watch(callbacks);
    }
    callbacks.add(callback as AnyFunction, options, this.done());
  }

  removeDoneCallback(callback: (task: Task<T>) => unknown): number {
    return this.#doneCallbacks()?.remove(callback) ?? 0;
  }

  /** They stand among the watches: few tasks have any. */
  #doneCallbacks(): TaskCallbacks | null {
    for (let watch = this.#watches; watch !== null; watch = watch.after)
      if (watch instanceof TaskCallbacks) return watch;
    return null;
  }

  getContext(): Context {
    return contextOfHolder(this);
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
    this.#assertOutcome();
    if (!this.ok) throw this.ending;
    return this.ending as T;
  }

  exception(): unknown {
    this.#assertOutcome();
    return this.ok ? null : this.ending;
  }

  #assertOutcome(): void {
    if (this.stage < DONE) throw new InvalidStateError(`Task ${this.name} has not ended`);
    this.observed = true;
    if (this.stage === CANCELLED) throw this.cancelledError();
  }

  cancelledError(): TaskCancelledError {
    return TaskCancelledError.of(`Task ${this.name} was cancelled`, this.ending);
  }

  get failed(): boolean {
    return !this.ok && this.stage === DONE;
  }
}

/** The first step. A task always starts: cancelled before it, it runs to its first await. */
function begin(task: TaskNode): void {
  const outer = current.strand;
  current.strand = task;
  let result: unknown;
  // One that spawnDriver has made brings its driver along.
  const driven = task.gen !== null;
  try {
    if (driven) task.stage = RUNNING;
    else {
      result = callTask(task);
      task.gen = task.native ? (result as Iterator<unknown, unknown, unknown>) : driverOf(result, task);
    }
  } catch (error) {
    current.strand = outer;
    task.finish(false, error);
    return;
  }
  current.strand = outer;
  if (task.gen === null) task.finish(true, result);
  else {
    // An async body has run to its first await, and begins that wait in a microtask: in its turn, before what is ready behind it.
    if (!driven && !task.native && !isGenerator(task.gen)) task.loop.noteGuestStart();
    step(task);
  }
}

class TaskCallbacks extends DoneCallbacks implements TaskWatch {
  before: TaskWatch | null = null;
  after: TaskWatch | null = null;

  taskEnded(): void {
    this.schedule();
  }
}

/** Calls the body with the arguments of the spawn. */
function callTask(task: TaskNode): unknown {
  const { flags, ending } = task;
  const body = task.body as (...args: unknown[]) => unknown;
  task.ending = undefined;
  task.stage = RUNNING;
  if (isGeneratorFunction(body)) {
    task.flags |= NATIVE;
    if ((flags & NO_ARGUMENT) !== 0) return body();
    if ((flags & ONE_ARGUMENT) !== 0) return body(ending);
    return body(...(ending as readonly unknown[]));
  }
  const args =
    (flags & NO_ARGUMENT) !== 0
      ? []
      : (flags & ONE_ARGUMENT) !== 0
        ? [ending]
        : (ending as readonly unknown[]);
  return callBody(task.body, args, task, task.context);
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
    if (task.done()) {
      this.taskEnded();
      return false;
    }
    if (taskOf(scope) === task) throw new InvalidStateError(`Task ${task.name} cannot join itself`);
    if (task.loop !== scope.loop) {
      throw new InvalidStateError(
        `Cannot join task ${task.name}: it runs on another event loop (another host)`,
      );
    }
    task.watch(this);
    return false;
  }

  protected override detach(): void {
    this.#task.unwatch(this);
  }

  taskEnded(): void {
    const task = this.#task;
    // Not before: who has left by then receives nothing.
    task.observed = true;
    if (task.ok) this.settle(task.ending as T);
    else this.fail(task.cancelled() ? task.cancelledError() : task.ending);
  }

  describe(): string {
    return `task ${this.#task.name}`;
  }

  waitsFor(): WaitTarget {
    return { kind: "task", object: this.#task, holders: [this.#task] };
  }
}
