// test_timeouts.py and test_waitfor.py

import { better, same, type Suite } from "../port.ts";

const notOwned = "what is only joined is not owned: it runs on";

export const testTimeouts: Suite = {
  name: "test_timeouts",
  groups: {
    TimeoutTests: {
      timeout_basic: same("TO1"),
      timeout_at_basic: same("timeoutAt takes loop time; a past one expires at the next await"),
      nested_timeouts: same("TO7"),
      waiter_cancelled: same("TO1"),
      timeout_not_called: same("a body that ends in time gives its value, and the timer is gone"),
      timeout_disabled: same("TO10"),
      timeout_at_disabled: same("TO10"),
      timeout_zero: same("TO9"),
      timeout_zero_sleep_zero: same("TO9"),
      timeout_in_the_past_sleep_zero: same("TO9"),
      foreign_exception_passed: same(
        "an error or a cancellation before the expiry passes, and nothing has expired",
      ),
      foreign_cancel_doesnt_timeout_if_not_expired: same(
        "an error or a cancellation before the expiry passes, and nothing has expired",
      ),
      outer_task_is_not_cancelled: same("TO13"),
      nested_timeouts_concurrent: same(
        "an inner limit that is longer changes nothing, busy or not: the outer ends both",
      ),
      nested_timeouts_loop_busy: same("TO8"),
      reschedule: same("TO10"),
      timeout_after_cancellation: same("TO6"),
      cancel_in_timeout_after_cancellation: better(
        "a task is cancelled once; an enclosing scope's cancellation does end the block",
        "C1",
        "TO5",
      ),
      timeout_already_entered: same("TO11"),
      timeout_double_enter: same("TO11"),
      timeout_finished: same("TO11"),
      timeout_expired: same("TO11"),
      timeout_expiring: better("a deadline set while it expires is no error, and takes nothing back", "TO11"),
      timeout_not_entered: better("there is no scope before the block: the body is given it", "TO11"),
      timeout_without_task: same("awaiting anything is NoRunError, and so is asking for the scope"),
    },
  },
};

export const testWaitfor: Suite = {
  name: "test_waitfor",
  groups: {
    AsyncioWaitForTest: {
      asyncio_wait_for_cancelled: same("cancelled from outside, it ends with that, not with TimeoutError"),
      asyncio_wait_for_timeout: same("G18"),
      wait_for_timeout_less_then_0_or_0_future_done: better(
        "every await is a cancel point: TimeoutError",
        "G16",
      ),
      wait_for_timeout_less_then_0_or_0_coroutine_do_not_started: better("it runs to its first await", "G16"),
      wait_for_timeout_less_then_0_or_0: better(notOwned, "G22"),
      wait_for: better(notOwned, "G22"),
      wait_for_blocking: same("gives the value in time, without limit too"),
      wait_for_race_condition: same("gives the value in time, without limit too"),
      wait_for_cancellation_race_condition: same("G19"),
      wait_for_waits_for_task_cancellation: same("G18"),
      wait_for_waits_for_task_cancellation_w_timeout_0: better(notOwned, "G22"),
      wait_for_reraises_exception_during_cancellation: same("G20"),
      cancel_blocking_wait_for: same("cancelled from outside, it ends with that, not with TimeoutError"),
      cancel_wait_for: same("cancelled from outside, it ends with that, not with TimeoutError"),
      wait_for_cancel_suppressed: same("G19"),
      wait_for_issue86296: better("the value is given, and the cancellation comes at the next await", "G21"),
    },
    WaitForShieldTests: {
      zero_timeout: better("without a shield, too", "G22"),
      none_timeout: same("G22"),
      shielded_timeout: better("without a shield, too", "G22"),
    },
  },
};
