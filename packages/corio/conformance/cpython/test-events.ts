// test_base_events.py, test_events.py and test_eager_task_factory.py

import { better, none, same, type Suite } from "../port.ts";

const noStop = "the loop is the host's and always runs: there is no run_forever to leave";
const noFactory = "tasks are made by the runtime alone: there is no class to replace, and no factory";
const noBaseException = "no exception of JavaScript is meant for the process";

export const testBaseEvents: Suite = {
  name: "test_base_events",
  groups: {
    BaseEventLoopTests: {
      close: same("L13"),
      _add_callback_handle: same("L1"),
      _add_callback_cancelled_handle: same("L5"),
      call_soon: same("L1"),
      call_soon_non_callable: same("X6"),
      call_later: same("T1"),
      call_later_negative_delays: same("T2"),
      time_and_call_at: same("T1"),
      _run_once: same("L4", "T5"),
      set_debug: same("X10"),
      _run_once_schedule_handle: same("L2"),
      _run_once_cancelled_event_cleanup: better("cancelled timers are gone at once", "T5"),
      run_until_complete_type_error: same("what is no function is refused at the call"),
      run_until_complete_loop: better("a future is bound to no loop", "K7"),
      default_exc_handler_callback: same("L7"),
      set_exc_handler_invalid: same("X1"),
      set_exc_handler_custom: same("X1"),
      set_exc_handler_broken: same("X2"),
      default_exc_handler_broken: same("X2"),
      set_task_factory_invalid: none(noFactory),
      set_task_factory: none(noFactory),
      create_task: none(noFactory),
      create_task_error_closes_coro: better("it takes a function: where it fails, nothing was called", "L14"),
      create_named_task_with_default_factory: same("K12"),
      create_named_task_with_custom_factory: none(noFactory),
      run_forever_keyboard_interrupt: none(noBaseException),
      run_until_complete_baseexception: none(noBaseException),
      run_once: none(noStop),
      run_forever_pre_stopped: none(noStop),
    },
    BaseEventLoopWithSelectorTests: {
      call_coroutine: same("X6"),
      log_slow_callbacks: same("X8"),
    },
    RunningLoopTests: {
      running_loop_within_a_loop: better("a run inside a run opens a child scope, in the same loop", "L12"),
    },
  },
};

export const testEvents: Suite = {
  name: "test_events",
  groups: {
    EventLoopTestsMixin: {
      run_until_complete_nesting: better("a run inside a run opens a child scope, in the same loop", "L12"),
      run_until_complete: same("R1", "T1"),
      run_until_complete_stopped: none(noStop),
      call_later: same("T1"),
      call_soon: same("L1"),
      timeout_rounding: same(),
      close_running_event_loop: same("L13"),
      close: same("L13"),
    },
    HandleTests: {
      handle: same("L6"),
      callback_with_exception: same("L7"),
    },
    TimerTests: {
      when: same("T9"),
      timer: same("L6", "T9"),
      timer_comparison: none(
        "handles are not ordered by comparing them: a JavaScript object has no such operators",
      ),
    },
  },
};

export const testEagerTaskFactory: Suite = {
  name: "test_eager_task_factory",
  groups: {
    EagerTaskFactoryLoopTests: {
      eager_task_factory_set: none(noFactory),
      await_future_during_eager_step: same("K16"),
      eager_completion: same("K16"),
      block_after_eager_step: same("K18"),
      cancellation_after_eager_completion: same("K16", "C1"),
      cancellation_after_eager_step_blocks: same("K18"),
      current_task: same("K16"),
      all_tasks_with_eager_completion: same("K18"),
      all_tasks_with_blocking: same("K18"),
      context_vars: same("K16"),
      staggered_race_with_eager_tasks: better(
        "the attempts begin when the race is awaited; there is no eager mode",
      ),
      staggered_race_with_eager_tasks_no_delay: better(
        "there is no eager mode",
        "starts all at once with a delay of zero",
      ),
      eager_start_false: better("eager is what a spawn says", "K19"),
    },
    BaseTaskCountingTests: {
      awaitables_chain: none(
        "it counts the tasks that an eager factory makes for the run itself; an await makes none",
      ),
      recursive_taskgroups: better("eager is what a spawn says", "K20"),
      recursive_gather: better("eager is what a spawn says; what gather runs is not eager", "K20"),
    },
    DefaultTaskFactoryEagerStart: { eager_start_true_with_default_factory: same("K16") },
  },
};
