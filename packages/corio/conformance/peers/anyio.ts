// anyio: test_taskgroups.py.

import { better, none, same, type Suite } from "../port.ts";

const blocksAreFunctions =
  "blocks are functions: one cannot be left before what is inside it, nor from another task";
const noCounters = "there are no counters: a scope knows by identity what is its own";
const notInTime =
  "a timeout that has no value to give throws TimeoutError, also when it was cancelled by hand; `moveOnAfter` does not";

export const anyio: Suite = {
  name: "anyio",
  groups: {
    test_taskgroups: {
      already_closed: same("into a finished group is an error"),
      success: same("TG1"),
      start_soon_while_running: same("TG1"),
      start_soon_after_error: same("into a finished group is an error"),
      start_no_value: same(),
      start_called_twice: same(),
      no_called_started_twice: same(),
      start_with_value: same(),
      start_crash_before_started_call: same("a failure before that is thrown to the starter only"),
      start_crash_after_started_call: same(),
      start_no_started_call: same("a failure before that is thrown to the starter only"),
      start_cancelled: same(),
      start_native_host_cancelled: same(),
      start_native_child_cancelled: better("TaskCancelledError, an ordinary failure of the starter"),
      propagate_native_cancellation_from_taskgroup: same("TG11"),
      start_exception_delivery: same(),
      start_cancel_after_error: same(),
      host_exception: same("TG6"),
      level_cancellation: same("C5"),
      failing_child_task_cancels_host: same("TG4"),
      failing_host_task_cancels_children: same("TG4", "TG6"),
      cancel_scope_in_another_task: same(
        "of a scope in another task ends that block there, and nothing else",
      ),
      cancel_propagation: same("cancelling a scope interrupts every wait inside, however deep"),
      cancel_twice: same(),
      cancel_exiting_task_group: same(),
      cancel_before_entering_scope: better(
        "a scope is made by its block; what is cancelled before it is a signal",
        "aborted before: the body is not called",
      ),
      cancel_counter_nested_scopes: better(noCounters, "C16"),
      exception_group_children: same("TG5"),
      exception_group_host: same("TG5"),
      escaping_cancelled_exception: same("TG20"),
      cancel_scope_cleared: same("TO13"),
      fail_after: same("TO1", "TO9"),
      fail_after_no_timeout: same("TO10"),
      fail_after_after_cancellation: same(),
      fail_after_cancelled_before_deadline: better(notInTime),
      fail_after_scope_cancelled_before_timeout: better(
        notInTime,
        "a timeout cancelled by hand has no value either: TimeoutError",
      ),
      move_on_after: same("gives the value, or says that it moved on"),
      move_on_after_no_timeout: same("null and Infinity take it away"),
      nested_move_on_after: same(),
      shielding: same("a shield keeps cancellation out; it comes at the next await after"),
      cancel_from_shielded_scope: better(
        "told once",
        "keep out what is outside, not what is inside; after them it comes",
      ),
      cancel_shielded_scope: same(),
      cancelled_not_caught: same(),
      cancel_host_asyncgen: same("the source's own next may be cancelled: its waits stand in the scope"),
      shielding_immediate_scope_cancelled: same(
        "cancelled themselves, they are no shelter: the cancellation gets out",
      ),
      shielding_mutate: better(
        "a shield is a block with a limit, not a switch",
        "lifted, tasks in them are told at once",
      ),
      cancel_scope_in_child_task: same(),
      exception_cancels_siblings: same("TG4"),
      cancel_cascade: same("cancelling a scope interrupts every wait inside, however deep"),
      cancelled_parent: same(),
      shielded_deadline: none(
        "not offered: a scope has its own `deadline`, and `signal` tells of those around it",
      ),
      deadline_reached_on_start: same("TO9"),
      deadline_moved: same(),
      timeout_error_with_multiple_cancellations: same(
        "an outer timeout that expires during a group's join is not reported as success",
      ),
      nested_fail_after: same("an enclosing cancellation together with expiry wins"),
      nested_shield: same(),
      triple_nested_shield_checkpoint_in_outer: same(
        "in two scopes, both or one cancelled from inside: the next await after it, in the … one, throws",
      ),
      triple_nested_shield_checkpoint_in_middle: same(
        "in two scopes, both or one cancelled from inside: the next await after it, in the … one, throws",
      ),
      task_group_in_generator: none(
        "a block is a function: it cannot stay open over the `yield` of a generator",
      ),
      exception_group_filtering: same(),
      cancel_propagation_with_inner_spawn: same(
        "cancelling a scope interrupts every wait inside, however deep",
      ),
      escaping_cancelled_error_from_cancelled_task: same(
        "an enclosing cancellation is thrown when the inner block closes",
        "of a scope whose body does not wait any more ends nothing",
      ),
      cancel_native_future_tasks: same("cancelling one waiter touches neither the future nor the others"),
      cancel_completed_task: same("C1"),
      task_in_sync_spawn_callback: same("a function that returns an Awaitable or a promise gives its value"),
      shielded_cancel_sleep_time: same(),
      cancelscope_wrong_exit_order: none(blocksAreFunctions),
      cancelscope_exit_before_enter: none(blocksAreFunctions),
      cancelscope_exit_in_wrong_task: none(blocksAreFunctions),
      unhandled_exception_group: none("no exception of JavaScript is meant for the process"),
      single_cancellation_exc: same(),
      start_soon_parent_id: same("blocks open a scope each, and leave nothing behind"),
      start_parent_id: better(
        "a task that is being started is in its group from the beginning",
        "tasks/group-start: waits for the word, gives what it says, and leaves the task in the group",
      ),
      uncancel_after_native_cancel: better(noCounters, "C16"),
      uncancel_after_scope_cancel: better(noCounters, "C16"),
      uncancel_after_scope_and_native_cancel: better(noCounters, "C16"),
      cancel_message_replaced: better(noCounters, "C14"),
      cancel_before_entering_task_group: better("also an empty block is a cancel point"),
      reraise_cancelled_in_excgroup: none("a cancellation is never in a group: one gets out, by itself"),
      cancel_child_task_when_host_is_shielded: same(),
      start_cancels_parent_scope: same(),
    },
  },
};
