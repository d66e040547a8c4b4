// test_runners.py

import { better, same, type Suite } from "../port.ts";

const hostIsTheFactory = "what can be replaced is the host, with all that a loop asks of it";

export const testRunners: Suite = {
  name: "test_runners",
  groups: {
    RunTests: {
      asyncio_run_return: same("R1"),
      asyncio_run_raises: same("R1"),
      asyncio_run_only_coro: better(
        "it takes functions, plain ones too; the rest is refused",
        "what is no function is refused at the call",
      ),
      asyncio_run_debug: same("X10"),
      asyncio_run_from_running_loop: better("it opens a child scope", "L12"),
      asyncio_run_cancels_hanging_tasks: same("R2"),
      asyncio_run_reports_hanging_tasks_errors: same("R3"),
      asyncio_run_closes_gens_after_hanging_tasks_errors: same("R9"),
      asyncio_run_loop_factory: better(hostIsTheFactory, "a pending sleep is no deadlock"),
    },
    RunnerTests: {
      non_debug: same("X10"),
      debug: same("X10"),
      custom_factory: better(hostIsTheFactory, "R8"),
      run: same("R8"),
      run_non_coro: same("R8"),
      run_future: same("R8"),
      run_awaitable: same("R8"),
      explicit_close: same("R8"),
      double_close: same("R8"),
      second_with_block_raises: same("R8"),
      run_keeps_context: same("R8"),
      recursive_run: same("R8"),
    },
  },
};
