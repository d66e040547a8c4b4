// The kinds of report, so that programs can tell them apart.

/** What a report is about. Those of the second half come in debug mode only. */
export type ReportCode =
  /** A task that only the run owns has failed, and nobody joins it. */
  | "UNJOINED_FAILURE"
  /** A call was not awaited by the block that made it. */
  | "FLOATING_CALL"
  /** An async function has ignored its cancellation until the grace was over. */
  | "ABANDONED"
  /** A task of an `asCompleted` that was left has failed. */
  | "LATE_FAILURE"
  /** A callback of the loop has thrown. */
  | "CALLBACK_FAILED"
  /** The loop's exception handler has failed on another report: its `context`. */
  | "HANDLER_FAILED"
  /** An instrument threw, and was taken off. */
  | "INSTRUMENT_FAILED"
  /** A step took longer than `slowCallbackDuration`. */
  | "SLOW_STEP"
  /** Code between the steps kept the event loop from its turns: async functions that compute, loops of native promises. */
  | "LOOP_BLOCKED"
  /** An Awaitable was made, and never awaited. */
  | "NEVER_AWAITED"
  /** A task that was told of its cancellation goes on as before. */
  | "CANCELLATION_SWALLOWED"
  /** A task that was cancelled waits for something that no cancellation reaches. */
  | "UNINTERRUPTIBLE"
  /** What was cancelled has not ended for `slowCancellation`. */
  | "SLOW_CANCELLATION"
  /** An async function was called in a coroutine without `call`. */
  | "BARE_ASYNC_CALL"
  /** Callbacks were still scheduled when their loop closed. */
  | "CALLBACKS_LEFT"
  /** A resource was still open when its run ended. */
  | "RESOURCE_NOT_CLOSED";
