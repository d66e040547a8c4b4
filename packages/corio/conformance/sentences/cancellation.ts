// C: cancelling tasks.

import { better, cannotBe, type Family, same } from "../sentence.ts";

const noCounters = "there are no counters and no uncancel: a scope knows by identity what is its own";
const onlyTheWaiter =
  "cancelling a waiter never cancels what it waits for; tasks belong to their owner, futures to nobody";

export const cancellation: Family = {
  letters: "C",
  title: "Cancellation",
  sentences: [
    better(
      "C1",
      "cancel() is false for a task that is done; each other call counts one up",
      "true once: false also for a task that was cancelled before",
    ),
    better("C2", "Cancelling a blocked task cancels the future it waits for", onlyTheWaiter),
    better("C3", "A cancellation goes down a chain of awaited tasks", onlyTheWaiter),
    better(
      "C4",
      "If the inner task swallows it and returns, the outer one goes on with the value",
      onlyTheWaiter,
    ),
    better(
      "C5",
      "A task cancelled before its first step never runs",
      "a task always starts, and runs to its first await",
    ),
    better(
      "C6",
      "A cancellation replaces a value that had arrived, and the value is lost",
      "value wins: it is delivered, and the cancellation comes at the next await",
    ),
    better(
      "C7",
      "It replaces an error that had arrived, too",
      "the error is delivered, and the cancellation comes at the next await",
    ),
    better(
      "C8",
      "Two cancels before the task runs give one error, with the first message, and a count of two",
      `the same, but ${noCounters}`,
    ),
    same(
      "C9",
      "cancel() of the running task is thrown at its next real suspension",
      "at its next await, whether it would suspend or not",
    ),
    better("C10", "Awaiting what is there already is no cancellation point", "every await is a cancel point"),
    better("C11", "Nor is an empty task group", "every block is a cancel point, a shield excepted"),
    better("C12", "A task that cancels itself and returns is cancelled, its value dropped", "the value wins"),
    same("C13", "A task that cancels itself and raises has failed, and was not cancelled"),
    better(
      "C14",
      "A CancelledError that user code raises by itself marks the task cancelled",
      "it cannot be made by hand; one that was kept and is thrown elsewhere is a failure, StrayCancellationError",
    ),
    better(
      "C15",
      "A task that swallows the error goes on, and later awaits work",
      "they work until the grace is over; then every await throws",
    ),
    better(
      "C16",
      "uncancel() never goes below zero, and at zero takes back what was not delivered",
      noCounters,
    ),
    better("C17", "uncancel() from two to one leaves it pending", noCounters),
    better(
      "C18",
      "Who cancelled must uncancel, and convert only when the count is back at its level",
      noCounters,
    ),
    better(
      "C19",
      "cancel(msg) is carried along the whole chain as an argument of the error",
      "the reason is any value, as it was given; the error also knows its scope",
    ),
    same("C20", "Cancelling a task in a bare yield throws at its next step"),
    same("C21", "Cancelling a task and what it waits for gives it one error"),
    cannotBe(
      "C22",
      "`except Exception` does not catch a CancelledError",
      "every `catch` of JavaScript catches everything; hence the bounded grace (C15)",
    ),
  ],
};
