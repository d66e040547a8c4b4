// trio: test_run.py, test_cancelled.py and test_parking_lot.py, as far as they test semantics that are not trio's alone.

import { better, none, same, type Suite } from "../port.ts";

const blocksAreFunctions =
  "blocks are functions: one cannot be left before what is inside it, nor from another task";
const undoIsImmediate = "a wait is undone at once (`suspend`); what takes time to undo runs in a shield";
const noBreaker =
  "a line has no breaker: who owns a lock may end without releasing it, and the lock says who it is";

export const trio: Suite = {
  name: "trio",
  groups: {
    test_run: {
      basic: same("R1", "what is no function is refused at the call"),
      initial_task_error: same("R1"),
      run_nesting: better("a run inside a run opens a child scope", "L12"),
      nursery_main_block_error_basic: same("TG6"),
      child_crash_basic: same("TG4"),
      basic_interleave: same("K4"),
      task_crash_propagation: same("TG4"),
      main_and_task_both_crash: same("TG5"),
      two_child_crashes: same("TG5"),
      child_crash_wakes_parent: same("TG4"),
      current_time_with_mock_clock: same("T1"),
      current_task: same("K9"),
      out_of_context: same(
        "outside any run there is none",
        "awaiting anything is NoRunError, and so is asking for the scope",
      ),
      cancel_scope_validation: same(
        "kernel/scope: NaN is refused",
        "NaN, a text or undefined is refused at the call",
      ),
      cancel_points: same("C10"),
      cancel_edge_cases: better("told once: the next await of the clean-up works, until the grace is over"),
      cancel_scope_exceptiongroup_filtering: same(),
      precancelled_task: same("C5", "TG24"),
      cancel_shielding: better("told once; a shield is a block, not a switch"),
      cancel_inheritance: better(
        "a block is a cancel point: a task that is told before its block has no leaves there",
      ),
      cancel_shield_abort: same(),
      basic_timeout: same(),
      cancel_scope_nesting: same("scopes know by identity what is theirs"),
      unshield_while_cancel_propagating: same(
        "a shield within clean-up holds also when the scope around is cancelled meanwhile",
      ),
      cancel_unbound: better(
        "a scope is made by its block: there is nothing to cancel before, and nothing to enter again",
      ),
      cancel_scope_misnesting: none(blocksAreFunctions),
      nursery_misnest: none(blocksAreFunctions),
      nursery_nested_child_misnest: none(blocksAreFunctions),
      timekeeping: same(
        "a pending sleep keeps the process alive",
        "a sleep ends when its time is over, in loop time",
      ),
      failed_abort: none(undoIsImmediate),
      slow_abort_basic: none(undoIsImmediate),
      slow_abort_edge_cases: none(undoIsImmediate),
      broken_abort: same("an undo that throws does not take the cancellation's place unnoticed"),
      yield_briefly_checks_for_timeout: same(),
      nursery_exception_chaining_doesnt_make_context_loops: none("JavaScript chains no errors implicitly"),
      task_tree_introspection: same("the tree names every task, what it waits for, and who owns it"),
      nursery_closure: same("TG1", "into a finished group is an error"),
      spawn_name: same("K12"),
      current_effective_deadline: none(
        "not offered: a scope has its own `deadline`, and `signal` tells of those around it",
      ),
      nice_error_on_bad_calls_to_run_or_spawn: same(
        "K2",
        "an async generator as a body is an error that says so",
      ),
      trivial_yields: better("also an empty block is a cancel point", "C11"),
      nursery_start: same("tasks/group-start: group.start"),
      nursery_start_with_cancelled_nursery: same(
        "in a cancelled group the task is started, and told at its first await",
      ),
      nursery_start_keeps_nursery_open: same(),
      task_nursery_stack: same("blocks open a scope each, and leave nothing behind"),
      nursery_explicit_exception: same("TG6"),
      nursery_stop_iteration: none("StopIteration is Python's: a generator's end is no error in JavaScript"),
      contextvar_support: same("K14"),
      contextvar_multitask: same("K14"),
      very_deep_cancel_scope_nesting: same(),
      cancel_scope_deadline_duplicates: same(),
      trio_run_strict_before_started: same("a failure before that is thrown to the starter only"),
      cancel_scope_no_cancellederror: same("errors of the body pass", "arguments are handed on; errors pass"),
      nursery_collapse: same("cancellations are no errors of nested groups; only errors are"),
    },
    test_cancelled: {
      Cancelled_init: better(
        "it cannot be made by hand; what is kept and thrown elsewhere is a stray",
        "C14",
      ),
      Cancelled_str: same("C19"),
      cancel_reason: same("C19"),
      cancel_reason_nursery: same("a failing child is the reason that its siblings and the body see"),
      cancel_reason_nursery2: same(),
      cancel_reason_nursery3: same("TG4"),
      cancel_reason_not_overwritten: same("C8"),
      cancel_reason_not_overwritten_2: same("its reason stays that of the first time, also beside an expiry"),
      nested_child_source: same("TG4"),
      reason_delayed_ki: better("the signal's name is the reason", "R4"),
    },
    test_parking_lot: {
      parking_lot_basic: same(
        "waiters are served first come, first served, each with what it was given",
        "serving an empty line serves nobody",
      ),
      parking_lot_cancel: same("one who leaves is gone at once, from any place, and told so"),
      parking_lot_repark: same("S11", "wait gives the lock away, and has it again when it ends"),
      parking_lot_repark_with_count: same("S11"),
      parking_lot_breaker_basic: none(noBreaker),
      parking_lot_break_parking_tasks: none(noBreaker),
      parking_lot_breaker_registration: none(noBreaker),
      parking_lot_breaker_rebreak: none(noBreaker),
      parking_lot_multiple_breakers_exit: none(noBreaker),
      parking_lot_breaker_register_exited_task: none(noBreaker),
      parking_lot_break_itself: none(noBreaker),
    },
  },
};
