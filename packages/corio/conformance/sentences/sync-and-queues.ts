// S and Q: locks and queues.

import { better, type Family, same } from "../sentence.ts";

const handedOver =
  "what was handed to a waiter is its own: cancelled before it runs it has it, and the cancellation comes at the next await";

export const locks: Family = {
  letters: "S",
  title: "Lock, Event, Condition, Semaphore, Barrier",
  sentences: [
    same(
      "S1",
      "Lock: first come, first served; a newcomer queues behind the waiters",
      "by hand-off: there is no gap in which it is free",
    ),
    better("S2", "A woken waiter that is cancelled passes the lock to the next", handedOver),
    same("S3", "Cancel and release in one callback give the lock to exactly one"),
    better(
      "S4",
      "release() by another task is allowed; of a lock that is not held it is an error",
      "both are errors",
    ),
    same("S5", "Cancelled waiters do not stay in the line"),
    same("S6", "Event: set() and clear() in one step wake everyone who waited"),
    same("S7", "Waiting for an event that is set does not wait"),
    same("S8", "Condition: wait and notify without the lock are errors"),
    same(
      "S9",
      "wait() has the lock again before it returns or raises, however often it is cancelled",
      "within 30 seconds beyond the grace: then it ends without",
    ),
    same("S10", "A waiter cancelled after it was notified passes the notification on"),
    same("S11", "notify(n) wakes n waiters in order, counting those not yet woken"),
    same("S12", "wait_for(predicate) looks again after each wake, and gives the predicate's value"),
    same("S13", "A timeout inside leaves the lock as it should be"),
    same(
      "S14",
      "Semaphore: a release gives the permit to the first waiter; locked() while somebody is owed one",
    ),
    better("S15", "A woken and then cancelled waiter gives its permit back and wakes the next", handedOver),
    same("S16", "A semaphore may grow above its start, a bounded one refuses"),
    same("S17", "A negative start is an error"),
    better(
      "S18",
      "A primitive binds itself to a loop at the first contention",
      "nothing is bound to a loop: waiters are woken where they run",
    ),
    same("S19", "Barrier: each of a round gets another number, the last to come releases all"),
    same("S20", "Who comes while a round drains waits for the next one"),
    same("S21", "A cancelled waiter just leaves: the barrier is not broken"),
    same("S22", "reset() breaks the waits of now, and the barrier is as new"),
    better(
      "S23",
      "reset() while draining breaks those that have not left yet",
      "a round is released in one step: nothing reaches those who were released",
    ),
    same("S24", "abort() breaks the waits of now and of later, until reset()"),
    same(
      "S25",
      "n_waiting counts those who wait for the round to be full; a barrier takes one party or more",
    ),
  ],
};

export const queues: Family = {
  letters: "Q",
  title: "Queues",
  sentences: [
    better(
      "Q1",
      "put waits while full, get while empty; the nowait forms raise; no bound unless given",
      "a queue takes its bound: one or more, or Infinity said aloud",
    ),
    better("Q2", "A woken getter that is cancelled loses nothing: the item stays", handedOver),
    better("Q3", "The same for putters and their places", handedOver),
    better("Q4", "A newcomer may take an item ahead of a woken getter", "no newcomer overtakes"),
    same("Q5", "Cancelled waiters do not pile up"),
    same("Q6", "task_done more often than put is an error"),
    same("Q7", "join returns at once when nothing is to be done, else when every item is done"),
    same("Q8", "shutdown(): put fails at once, get drains and then fails, who waits wakes"),
    same("Q9", "shutdown(immediate): what is left counts as done; join waits for what is in flight"),
    better(
      "Q10",
      "PriorityQueue: smallest first; LifoQueue: newest first",
      "the same, and equal items come in the order in which they were put",
    ),
  ],
};
