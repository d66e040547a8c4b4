// What a failed call throws: the thread's error with both stacks, or what went wrong on the way.
import { CleanupError, LookupError, TaskCancelledError, TaskGroupError, TimeoutError } from "corio";
import { ThreadFunctionError, WorkerCrashedError } from "../errors.ts";
import { isSent, received, type ErrorClass } from "./sent-error.ts";
import type { Site } from "./function-record.ts";
import type { ThreadJob } from "./thread-job.ts";

/** Errors that get their own class back, besides those of JavaScript. CancelledError is none of them: nobody here was cancelled. */
const classes: ReadonlyMap<string, ErrorClass> = new Map(
  [
    [CleanupError, "ERR_CLEANUP"] as const,
    [LookupError, "ERR_LOOKUP"] as const,
    [TaskCancelledError, "ERR_TASK_CANCELLED"] as const,
    [TaskGroupError, "ERR_TASK_GROUP"] as const,
    [ThreadFunctionError, "ERR_THREAD_FUNCTION"] as const,
    [TimeoutError, "ERR_TIMEOUT"] as const,
  ].map(([type, code]) => [type.prototype.name, { prototype: type.prototype, code }]),
);

/** What the caller of a job is thrown. Made in its coroutine: the stack then shows who called, where that was not noted. */
export function failureOf(job: ThreadJob, thrown: unknown, executor: string): unknown {
  if (isSent(thrown)) {
    const callers = callerFrames(job.options.site);
    const where = `    --- in thread ${job.threadId} of ${executor}, called by ---`;
    return received(thrown, classes, (stack) => [...threadFrames(stack), where, ...callers].join("\n"));
  }
  const failure =
    job.hasCrashed || job.threadId === 0 ? crash(job, thrown, executor) : unsendable(job, thrown);
  return showCallers(failure, job.options.site);
}

/** Has the stack of an error of ours show who called, and not where we found out. */
export function showCallers<E extends Error>(error: E, site: Site | null): E {
  error.stack = [`${error.name}: ${error.message}`, ...callerFrames(site)].join("\n");
  return error;
}

/** The lines of a thread's stack without those of the machinery under the function. */
function threadFrames(stack: string): string[] {
  const lines = stack.split("\n");
  const end = lines.findIndex((line) =>
    /^\s+at .*(?:\/threads\/inside\/|node_modules\/piscina\/)/.test(line),
  );
  const own = end === -1 ? lines : lines.slice(0, end);
  return own.map((line) =>
    line.replace(TEXT_FRAME, (_, name: string, row: string) => `${name}:${Number(row) - 3}:`),
  );
}

/** A place in a function that was sent as its text: three lines stand before that. */
const TEXT_FRAME = /(thread-function-[^:]*):(\d+):/;

/** The lines of the caller's stack that are the program's. */
function callerFrames(site: Site | null): string[] {
  const lines = (site ?? new Error()).stack?.split("\n").filter((line) => /^\s+at /.test(line)) ?? [];
  return lines.filter((line) => !line.includes(ownFolder) && !MACHINERY.test(line));
}

const ownFolder = new URL(".", import.meta.url).href;

/** What drives a coroutine, node itself, and the bare steps of generators. */
const MACHINERY = /\/corio\/(?:src|dist)\/|\(?node:|\.next \(<anonymous>\)/;

/** The pool could not post the call. It does not say which part of it was in the way. */
function unsendable(job: ThreadJob, thrown: unknown): ThreadFunctionError {
  const what = `Cannot send the call of ${job.name} to a thread`;
  const [, fn, ...args] = job.message;
  for (const [index, argument] of args.entries()) {
    const why = whyUncloneable(argument);
    if (why === null) continue;
    const which = `argument ${index + 1} of ${args.length}`;
    return new ThreadFunctionError(`${what}: ${which} (index ${index}) cannot be cloned: ${why}`, {
      cause: thrown,
    });
  }
  for (const [variable, value] of (typeof fn === "string" ? null : fn.context) ?? []) {
    const why = whyUncloneable(value);
    if (why === null) continue;
    return new ThreadFunctionError(`${what}: the context variable ${variable} cannot be cloned: ${why}`, {
      cause: thrown,
    });
  }
  const why = thrown instanceof Error ? thrown.message : String(thrown);
  return new ThreadFunctionError(`${what}: ${why}`, { cause: thrown });
}

function whyUncloneable(value: unknown): string | null {
  try {
    structuredClone(value);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function crash(job: ThreadJob, thrown: unknown, executor: string): WorkerCrashedError {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  const where = `thread ${job.threadId} of ${executor}`;
  const what = job.describe();
  if (job.threadId === 0) {
    const why = typeof message === "string" ? message : "it ended before it could take a call";
    return new WorkerCrashedError(
      `No thread of ${executor} could be started for ${job.name}: ${why}`,
      "start",
      null,
      thrown,
    );
  }
  if (code === "ERR_WORKER_OUT_OF_MEMORY") {
    return new WorkerCrashedError(
      `The ${where} ran out of memory in ${what}: see resourceLimits`,
      "memory",
      null,
      thrown,
    );
  }
  const exit = /^worker exited with code: (-?\d+)$/.exec(String(message));
  if (exit !== null) {
    const exitCode = Number(exit[1]);
    return new WorkerCrashedError(
      `The ${where} ended itself (exit code ${exitCode}) in ${what}`,
      "exit",
      exitCode,
    );
  }
  return new WorkerCrashedError(
    `The ${where} died of an error that nobody caught, in ${what}: ${String(message)}`,
    "error",
    null,
    thrown,
  );
}
