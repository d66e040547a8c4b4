// test_futures.py, test_futures2.py, test_pep492.py and test_staggered.py

import { better, io, none, same, type Suite } from "../port.ts";

const boundToNoLoop = "a future is bound to no loop";

export const testFutures: Suite = {
  name: "test_futures",
  groups: {
    BaseFutureTests: {
      isfuture: better("by its class: there is no protocol of duck futures"),
      initial_state: same("F2", "F3"),
      constructor_use_running_loop: better(boundToNoLoop, "K7"),
      cancel: same("F3", "F4", "takes no result any more"),
      result: same("F1", "F2"),
      exception: same("F1", "F2"),
      yield_from_twice: same("F6"),
      copy_state: none("a private function of asyncio's, for futures of threads"),
      iter: same("a coroutine driven by somebody else says who should drive it"),
      set_result_unless_cancelled: same("answers that come after the cancellation are ignored"),
    },
    BaseFutureDoneCallbackTests: {
      callbacks_remove_first_callback: same("F8"),
      callbacks_remove_first_and_second_callback: same("F8"),
      callbacks_remove_third_callback: same("F8"),
      callbacks_invoked_on_set_result: same("F5", "F6"),
      callbacks_invoked_on_set_exception: same("F5", "F6"),
      remove_done_callback: same("F8"),
      remove_done_callbacks_list_mutation: same("F9"),
      schedule_callbacks_list_mutation_1: same("F9"),
      schedule_callbacks_list_mutation_2: same("F9"),
    },
  },
};

export const testFutures2: Suite = {
  name: "test_futures2",
  groups: {
    FutureTests: {
      task_exc_handler_correct_context: same("X3"),
      handle_exc_handler_correct_context: same("X3"),
    },
  },
};

export const testPep492: Suite = {
  name: "test_pep492",
  groups: {
    LockTests: {
      context_manager_async_with: same(
        "hold gives the body's value, and gives the lock back however the body ends",
        "hold gives the permit back however the body ends",
        "S13",
      ),
    },
    StreamReaderTests: { readline: io },
    CoroutineTests: { double_await: same("K8") },
  },
};

export const testStaggered: Suite = {
  name: "test_staggered",
  groups: {
    StaggeredTests: {
      empty: same(),
      one_successful: same(),
      first_error_second_successful: same(),
      first_timeout_second_successful: same(),
      none_successful: same(),
      multiple_winners: better(
        "value wins: a second one that has succeeded is told to onLate, and was not cancelled",
      ),
      cancelled: same(),
    },
  },
};
