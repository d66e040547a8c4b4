// A call from its beginning to its end: its function made ready, a token taken, the job waited for, and what becomes of it when its
// caller is cancelled.
import { CancelledError, cancelScope, taskGroup, type Coroutine, type Scope } from "corio";
import { ThreadFunctionError } from "../errors.ts";
import { failureOf, showCallers } from "./call-failure.ts";
import { callerSideOf, type CallerSide } from "./caller-side.ts";
import type { ExecutorCore } from "./executor-core.ts";
import type { SubmitOptions } from "./executor.ts";
import type { CallMessage } from "./messages.ts";
import { recordOf, type AnyFunction, type FunctionRecord, type Site } from "./function-record.ts";
import { textRecordOf } from "./text-function.ts";
import { entriesHere } from "./thread-context.ts";
import { ThreadJob } from "./thread-job.ts";
import { takeTransfers } from "./transfer.ts";

let lastId = 0;

/** @param site where the call was made, if that was noted */
export function* runCall(
  core: ExecutorCore,
  fn: AnyFunction,
  args: readonly unknown[],
  options: SubmitOptions,
  site: Site | null,
): Coroutine<unknown> {
  core.refuseClosed();
  let record = recordOf(fn);
  if (record.reference === null) record = recordOfText(fn, site);
  if (!core.started) core.start();
  const reference = record.reference!;
  lastId = (lastId % 0x7fff_ffff) + 1;
  const caller = callerSideOf(options);
  const context = entriesHere();
  const isUsual = context === null && reference.kind === "module";
  const message: CallMessage = [lastId, isUsual ? reference.key : { fn: reference, context }, ...args];
  const job = new ThreadJob(core, message, {
    id: lastId,
    record,
    site,
    onCancel: options.onCancel ?? core.onCancel,
    limiter: options.limiter ?? core.limiter,
    caller,
    transfers: takeTransfers(args),
  });
  if (!core.isOwnLimiter(job.options.limiter)) yield* waitForToken(core, job);
  if (caller !== null && caller.functions !== undefined) return yield* serve(core, job, caller);
  try {
    return yield* job;
  } catch (error) {
    return yield* afterFailure(core, job, error);
  }
}

/** A function that is no module's is sent as text, if it can be. */
function recordOfText(fn: AnyFunction, site: Site | null): FunctionRecord {
  try {
    return textRecordOf(fn);
  } catch (error) {
    throw error instanceof ThreadFunctionError ? showCallers(error, site) : error;
  }
}

/** Of a limiter that others use too: it cannot tell the executor of its tokens. */
function* waitForToken(core: ExecutorCore, job: ThreadJob): Coroutine<void> {
  const { limiter } = job.options;
  if (limiter.tryAcquire(job)) {
    job.hasToken = true;
    return;
  }
  try {
    yield* cancelScope(acquireElsewhere, core, job);
  } catch (error) {
    core.withdrawn();
    throw error;
  }
  const error = core.abortError();
  if (error === null) return;
  if (job.hasToken) limiter.release(job);
  core.settled(false);
  core.noteLeft();
  throw error;
}

function* acquireElsewhere(scope: Scope, core: ExecutorCore, job: ThreadJob): Coroutine<void> {
  core.elsewhere.add(scope);
  try {
    yield* job.options.limiter.acquire(job);
    job.hasToken = true;
  } finally {
    core.elsewhere.delete(scope);
  }
}

/** Waits for the job, within a group for what it calls back. */
function* serve(core: ExecutorCore, job: ThreadJob, caller: CallerSide): Coroutine<unknown> {
  let failure: { readonly error: unknown } | null = null;
  let value: unknown;
  yield* taskGroup({ cancellable: true }, function* (group): Coroutine<void> {
    caller.group = group;
    try {
      value = yield* waitFor(core, job);
    } catch (error) {
      if (error instanceof CancelledError) throw error;
      // As it is, and not as one of the group's.
      failure = { error };
    } finally {
      caller.group = null;
    }
    group.cancel("the call is over");
  });
  if (failure !== null) throw (failure as { readonly error: unknown }).error;
  return value;
}

/** What becomes of a job that gave no value: it failed, or its caller was cancelled. */
function* afterFailure(core: ExecutorCore, job: ThreadJob, error: unknown): Coroutine<never> {
  const { limiter, onCancel } = job.options;
  if (!job.begun) {
    // Cancelled before the wait began: nothing was sent.
    if (job.hasToken) limiter.release(job);
    core.withdrawn();
    throw error;
  }
  if (!job.isDeserted) {
    job.options.record.hasFailed = true;
    if (!job.isOwnFailure) throw failureOf(job, error, core.name);
    // Its thread is being ended.
    yield* job.waitEnd();
    throw error;
  }
  if (onCancel === "abandon") throw error;
  try {
    // The cancellation was told: this is clean-up, and has its grace.
    yield* job.waitEnd();
  } catch (ended) {
    job.stop();
    throw ended;
  }
  if (job.lateFailure === null) throw error;
  const { thrown } = job.lateFailure;
  throw job.isOwnFailure ? thrown : failureOf(job, thrown, core.name);
}

function* waitFor(core: ExecutorCore, job: ThreadJob): Coroutine<unknown> {
  try {
    return yield* job;
  } catch (error) {
    return yield* afterFailure(core, job, error);
  }
}
