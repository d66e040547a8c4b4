// test_queues.py

import { better, same, type Suite } from "../port.ts";

const valueWins =
  "who was handed the item has it, and is cancelled at the next await: there is nothing to try again";

export const testQueues: Suite = {
  name: "test_queues",
  groups: {
    QueueBasicTests: {
      empty: same("Q1"),
      full: same("Q1"),
      order: same("items come first in, first out, through any number of waiting putters"),
      maxsize: same("put waits while the queue is full, get while it is empty"),
    },
    QueueGetTests: {
      blocking_get: same("Q1"),
      get_with_putters: same("a newcomer does not put ahead of waiting putters"),
      blocking_get_wait: same("put waits while the queue is full, get while it is empty"),
      nonblocking_get: same("putNowait and getNowait never wait: QueueFull, QueueEmpty"),
      nonblocking_get_exception: same("putNowait and getNowait never wait: QueueFull, QueueEmpty"),
      get_cancelled_race: same("a getter that is cancelled first takes nothing: the next one is served"),
      get_with_waiting_putters: same("items come first in, first out, through any number of waiting putters"),
      why_are_getters_waiting: same("items come first in, first out, through any number of waiting putters"),
      cancelled_getters_not_being_held_in_self_getters: same("Q5"),
    },
    QueuePutTests: {
      blocking_put: same("Q1"),
      blocking_put_wait: same("put waits while the queue is full, get while it is empty"),
      nonblocking_put: same("putNowait and getNowait never wait: QueueFull, QueueEmpty"),
      get_cancel_drop_one_pending_reader: better(valueWins, "Q2"),
      get_cancel_drop_many_pending_readers: better(
        valueWins,
        "of many getters, one served and cancelled: every item reaches somebody, none twice",
      ),
      put_cancel_drop: better("who was let in has put", "Q3"),
      nonblocking_put_exception: same("putNowait and getNowait never wait: QueueFull, QueueEmpty"),
      float_maxsize: same("a bound that is no whole number holds until it is reached"),
      put_cancelled: same("an item that goes straight to a waiting getter counts as unfinished, too"),
      put_cancelled_race: same("a putter that is cancelled while it waits has not put"),
      put_with_waiting_getters: same("getters are served in the order in which they came"),
      why_are_putters_waiting: same("items come first in, first out, through any number of waiting putters"),
      cancelled_puts_not_being_held_in_self_putters: same("Q5"),
      cancelled_put_silence_value_error_exception: better(
        "who was let in has put, and is cancelled at the next await",
        "a putter whose item was taken and who is cancelled then has put",
      ),
    },
    LifoQueueTests: { order: same("the newest first") },
    PriorityQueueTests: { order: same("the smallest first") },
    _QueueJoinTestMixin: {
      task_done_underflow: same("Q6"),
      task_done: same("Q7", "join waits until all is done"),
      join_empty_queue: same("Q7"),
    },
    _QueueShutdownTestMixin: {
      shutdown_empty: same("Q8"),
      shutdown_nonempty: same("Q8", "shutdown: what is left comes out, then the end; immediate drops it"),
      shutdown_immediate: same("Q9"),
      shutdown_immediate_with_unfinished: same("Q9"),
    },
  },
};
