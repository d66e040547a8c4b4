// F and K: futures, and the life of a task.

import { better, cannotBe, type Family, same } from "../sentence.ts";

export const futures: Family = {
  letters: "F",
  title: "Futures",
  sentences: [
    same("F1", "A future gets its result once; later ones are an error"),
    same("F2", "result() and exception() before there is one are errors"),
    same("F3", "cancel() of a pending future is true and takes effect at once; of a done one it is false"),
    better(
      "F4",
      "result() of what was cancelled raises CancelledError with its message",
      "ordinary failures, with the reason in their cause: FutureCancelledError, TaskCancelledError",
    ),
    same("F5", "Those who wait are woken in order, never synchronously"),
    same("F6", "What is done wakes a new waiter at once"),
    same("F7", "A done callback that raises does not stop the others"),
    same("F8", "A callback added twice runs twice; removing removes all equal ones"),
    same("F9", "Changing the list of callbacks from inside a callback is safe"),
    same(
      "F10",
      "Awaiting a done future neither suspends nor lets others run",
      "in coroutines; `await` in an async function always costs a microtask",
    ),
    same("F11", "After the result a waiter resumes one turn later, and who waits for that waiter two"),
    better(
      "F12",
      "Cancelling a wrapper cancels what it wraps, and the other way round; a late result is dropped",
      "cancelling a waiter never touches a future, and a cancelled future is an ordinary failure of who waits; of `fromPromise` the signal aborts, a late value goes to onLate",
    ),
  ],
};

export const tasks: Family = {
  letters: "K",
  title: "Task life",
  sentences: [
    same("K1", "create_task runs nothing at once; first steps follow in the order of creation"),
    same("K2", "create_task of something else is a TypeError, and schedules nothing", "it takes functions"),
    better("K3", "set_result and set_exception of a task are errors", "a task has no such methods"),
    same("K4", "A bare yield puts the task at the back of the ready queue", "`checkpoint()`"),
    same("K5", "Yielding a foreign object throws into the coroutine, which may catch it", "BadYieldError"),
    same("K6", "Awaiting itself is an error, thrown into the task"),
    better(
      "K7",
      "Awaiting a future of another loop is an error",
      "a future belongs to no loop: who waits is woken where it runs",
    ),
    same("K8", "Awaiting one coroutine object twice is an error", "so it is for everything awaitable"),
    same(
      "K9",
      "current_task() is the running task; none in callbacks, an error without a loop",
      "where there is none it is an error",
    ),
    cannotBe(
      "K10",
      "Entering a task while another one is stepped is an error",
      "there is no entering by hand: the loop alone steps tasks",
    ),
    same("K11", "all_tasks() is what is not done, the current one included"),
    same(
      "K12",
      "Names are numbered by a process counter; set_name makes a string of what it is given",
      "after the function, with a number",
    ),
    cannotBe(
      "K13",
      "SystemExit and KeyboardInterrupt are stored in the task and thrown out of the loop",
      "no exception of JavaScript is meant for the process; a signal cancels main (R4)",
    ),
    same("K14", "A task copies the context when it is created; a plain await shares it"),
    same("K15", "context=ctx runs the task in that very context"),
    same(
      "K16",
      "Eager start: runs up to the first suspension within create_task",
      "`spawn({ eager: true }, …)`",
    ),
    same("K17", "An error in the eager part is stored, not raised to the creator"),
    same("K18", "An eager task that suspends is a task like any other"),
    better(
      "K19",
      "eager_start=False overrides an eager factory; without a loop it is lazy",
      "eager is what a spawn says: there is no eager mode of the loop to override",
    ),
    better(
      "K20",
      "Eager tasks that do not block cost no turn of the loop, however nested",
      "the same; and one that waits has its turn as any, so that the order stays fair",
    ),
  ],
};
