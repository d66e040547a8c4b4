// L, T and X: the loop's queue, timers, the exception handler and debug mode.

import { better, cannotBe, type Family, same } from "../sentence.ts";

const noStop = "the loop is the host's and always runs: there is no run_forever to leave";

export const loop: Family = {
  letters: "L",
  title: "Ready queue and iteration",
  sentences: [
    same("L1", "Callbacks run in the order of their registration, each exactly once"),
    same("L2", "What is added while a batch runs is executed after it"),
    same("L3", "Ready callbacks first, then I/O, then due timers", "when I/O comes is the host's affair"),
    same(
      "L4",
      "The poll waits not at all when something is ready, else until the first timer",
      "one timer of the host stands for all",
    ),
    same("L5", "A handle cancelled by an earlier callback of the batch does not run"),
    same("L6", "Handle.cancel() is idempotent and drops callback and arguments"),
    same("L7", "An exception in a callback goes to the exception handler, and the loop goes on"),
    cannotBe("L8", "KeyboardInterrupt and SystemExit in a callback leave run_forever", noStop),
    better(
      "L9",
      "stop() lets the current batch finish; what that adds waits for the next run",
      "there is no stop: when a run ends, what was ready is still called, the rest is cancelled",
    ),
    cannotBe("L10", "stop() before run_forever() makes one iteration", noStop),
    cannotBe("L11", "run_until_complete fails if stop() wins", noStop),
    better(
      "L12",
      "Running a loop inside another is an error",
      "`run` inside a run opens a child scope, in the same loop",
    ),
    same("L13", "close() is idempotent and refuses a running loop; afterwards the loop's methods fail"),
    better(
      "L14",
      "If create_task fails, the coroutine given is closed",
      "it takes a function: where it fails, nothing was called",
    ),
    better(
      "L15",
      "call_soon_threadsafe wakes a loop blocked in poll",
      "other threads send messages: the event wakes the loop",
    ),
    cannotBe(
      "L16",
      "(3.14) A handle can be cancelled from another thread",
      "no other thread can hold a handle: workers share no objects",
    ),
    same("L17", "A callback runs in the context copied when it was scheduled, unless one is given"),
    cannotBe("L18", "set_task_factory", "tasks are made by the runtime alone: there is no class to replace"),
  ],
};

export const timers: Family = {
  letters: "T",
  title: "Timers",
  sentences: [
    same("T1", "call_later(d) is call_at(time() + d)"),
    same("T2", "A negative or past deadline runs in the next iteration"),
    better("T3", "Equal deadlines have no defined order", "first in, first out"),
    better(
      "T4",
      "A timer is due within the clock's resolution before its deadline",
      "never before its deadline, also where the host fires early",
    ),
    better(
      "T5",
      "Cancelled timers leave at the head of the heap, or when they are too many",
      "at once, in O(1)",
    ),
    same("T6", "sleep(d <= 0) gives up exactly one turn and returns `result`"),
    same("T7", "Cancelling a sleep cancels its timer"),
    same("T8", "sleep(NaN) is an error", "a TypeError, at the call"),
    same("T9", "TimerHandle.when() is loop time and survives cancel()"),
  ],
};

export const debugging: Family = {
  letters: "X",
  title: "Exception handler and debug mode",
  sentences: [
    same(
      "X1",
      "A custom handler gets the context of the failure; None restores the default; else it is a TypeError",
    ),
    same("X2", "If the custom handler raises, that is written too, and the loop goes on"),
    same("X3", "The handler runs in the context of what failed"),
    better(
      "X4",
      "An exception that nobody retrieved is reported when the future is collected",
      "one turn of the host after the failure, once; joining, result() and exception() count as retrieving",
    ),
    better(
      "X5",
      "A pending task that is collected is reported",
      "the loop holds its tasks: none is collected while it is pending",
    ),
    same(
      "X6",
      "Debug: call_soon of a coroutine or of something that cannot be called is a TypeError",
      "always",
    ),
    cannotBe(
      "X7",
      "Debug: a loop method called from another thread is an error",
      "no other thread can have the loop: workers share no objects",
    ),
    same("X8", "Debug: a slow callback or step is logged"),
    same(
      "X9",
      "Debug: futures, tasks and handles keep a creation trace",
      "tasks, and what is awaited; a handle is told by the name of its callback",
    ),
    same("X10", "Debug can be switched at run time"),
  ],
};
