// test_locks.py

import { better, none, same, type Suite } from "../port.ts";

const awaitingAnObject =
  "`await` of any object is legal in JavaScript, and gives the object; the lint rule `await-thenable` reports it";
const valueWins = "who was handed it keeps it, and is cancelled at its next await: nobody is left out";
const inOneStep = "a round is released in one step, there is no draining state";

export const testLocks: Suite = {
  name: "test_locks",
  groups: {
    LockTests: {
      lock: none(awaitingAnObject),
      acquire: same("S1"),
      acquire_cancel: same("S5"),
      cancel_race: same("S3", "a lock is handed on in turn, and never lost"),
      cancel_release_race: same("S3", "a lock is handed on in turn, and never lost"),
      finished_waiter_cancelled: better(valueWins, "S2", "a lock is handed on in turn, and never lost"),
      release_not_acquired: same("S4"),
      release_no_waiters: same("sync/lock: one at a time, first come, first served"),
      context_manager: same("hold gives the body's value, and gives the lock back however the body ends"),
    },
    EventTests: {
      wait: same("S7"),
      wait_on_set: same("S7"),
      wait_cancel: same("sync/event: cancelled waiters leave at once"),
      clear: same("S6"),
      clear_with_waiters: same("S6"),
    },
    ConditionTests: {
      wait: same("wait gives the lock away, and has it again when it ends", "S11"),
      wait_cancel: same("S9"),
      wait_cancel_contested: same("a waiter that was handed the lock is past cancelling: value wins", "S10"),
      wait_cancel_after_notify: same("S10"),
      wait_unacquired: same("S8"),
      wait_for: same("S12"),
      wait_for_unacquired: better("without the lock it is an error also where the predicate holds", "S8"),
      notify: same("S11"),
      notify_all: same("S11"),
      notify_unacquired: same("S8"),
      notify_all_unacquired: same("S8"),
      context_manager: same("a wait cancelled while the lock is free has it at once", "S13"),
      explicit_lock: same("several conditions may share a lock"),
      timeout_in_block: same("S13"),
      cancelled_error_wakeup: same("the cancellation gets out as it is, with its reason, when it …"),
      cancelled_error_re_aquire: same("the cancellation gets out as it is, with its reason, when it …"),
      cancelled_wakeup: same("S10", "a notification reaches somebody who waits, whoever is cancelled"),
      cancelled_wakeup_relock: same("S10", "a notification reaches somebody who waits, whoever is cancelled"),
    },
    SemaphoreTests: {
      initial_value_zero: same("S17", "a semaphore of no permits waits for the first release"),
      semaphore: better(
        `permits are said aloud, there is no default of one; ${awaitingAnObject}`,
        "permits are zero or more",
      ),
      semaphore_value: same("S17"),
      acquire: same("as many at a time as it has permits", "S14"),
      acquire_cancel: same("cancelled waiters leave at once, and cost no permit"),
      acquire_cancel_before_awoken: same(
        "those who are cancelled first are passed over: as many are served as there were releases",
      ),
      acquire_hang: same("S15", "no permit of a semaphore is lost, and none made"),
      acquire_no_hang: same(
        "hold gives the permit back however the body ends",
        "no permit of a semaphore is lost, and none made",
      ),
      release_not_acquired: same("S16"),
      release_no_waiters: same("S16"),
      acquire_fifo_order: same("who acquires again stands at the end of the line"),
      acquire_fifo_order_2: same("who acquires again stands at the end of the line", "S14"),
      acquire_fifo_order_3: same(
        "those who are cancelled first are passed over: as many are served as there were releases",
      ),
      acquire_fifo_order_4: same(
        "several releases in a step wake as many, in their order, before what is spawned then",
      ),
    },
    BarrierTests: {
      barrier: none(awaitingAnObject),
      barrier_parties: same("S25"),
      context_manager: better(
        "`wait()` is the way in: leaving a barrier means nothing, so there is no block",
        "S19",
      ),
      filling_one_task: same("a barrier of one lets everyone pass"),
      filling_one_task_twice: same("a barrier of one lets everyone pass"),
      filling_task_by_task: same("S19"),
      filling_tasks_wait_twice: same("it serves any number of rounds"),
      filling_tasks_check_return_value: same("S19"),
      draining_state: better(inOneStep, "S20", "S25"),
      blocking_tasks_while_draining: same("S20"),
      filling_tasks_cancel_one: same("S21"),
      reset_barrier: same("reset and abort of one that nobody waits at"),
      reset_barrier_while_tasks_waiting: same("S22"),
      reset_barrier_when_tasks_half_draining: better(inOneStep, "S23"),
      reset_barrier_when_tasks_half_draining_half_blocking: better(inOneStep, "S23"),
      reset_barrier_while_tasks_waiting_and_waiting_again: same(
        "those whose wait was broken by a reset may wait again, and meet",
      ),
      reset_barrier_while_tasks_draining: better(
        `${inOneStep}: a reset after it breaks the next round, not this one`,
        "S23",
      ),
      abort_barrier: same("reset and abort of one that nobody waits at"),
      abort_barrier_when_tasks_half_draining_half_blocking: better(inOneStep, "S23", "S24"),
      abort_barrier_when_exception: same("one that fails aborts it for the others; it …"),
      abort_barrier_when_exception_then_resetting: same("one that fails aborts it for the others; it …"),
    },
  },
};
