// G: gather, wait, wait_for, as_completed, shield.

import { better, type Family, same } from "../sentence.ts";

const shieldIsAScope =
  "`shield` is a block in the same task: its body is waited for, and nothing is detached";

export const gathering: Family = {
  letters: "G",
  title: "gather, wait, waitFor, asCompleted, shield",
  sentences: [
    same("G1", "gather's results follow the order of its arguments"),
    better(
      "G2",
      "The first exception goes to the awaiter at once, siblings run on",
      "the siblings are cancelled and waited for first",
    ),
    better(
      "G3",
      "Later exceptions of siblings are marked as retrieved",
      "none is dropped: several come in a TaskGroupError",
    ),
    same("G4", "return_exceptions gives exceptions and cancelled children as values", "`allSettled`"),
    better(
      "G5",
      "A cancelled child makes gather raise CancelledError, siblings run on",
      "TaskCancelledError, an ordinary failure: the siblings are cancelled",
    ),
    better(
      "G6",
      "A cancelled gather cancels its children, and is not cancelled() itself",
      "all of it ends by the cancellation, like any block",
    ),
    same("G7", "gather of nothing gives nothing"),
    same("G8", "The same thing given twice is run once and fills both places"),
    better("G9", "Futures of different loops are an error", "a future belongs to no loop (K7)"),
    same("G10", "wait() refuses empty sets and bare coroutines", "TypeError in both cases"),
    same("G11", "wait() with a timeout never raises and never cancels"),
    same("G12", "Cancelling wait() does not cancel what it waits for"),
    same("G13", "FIRST_EXCEPTION does not count cancelled tasks"),
    same("G14", "FIRST_EXCEPTION returns at once if one had failed already"),
    same("G15", "wait() leaves no callbacks behind"),
    better(
      "G16",
      "wait_for with zero or less gives a result that is there, and does not start a coroutine",
      "as any block: what it calls runs to its first await, and that throws, also where a result is there",
    ),
    same("G17", "wait_for runs the coroutine in the same task"),
    same("G18", "On timeout it waits until the inner has really ended"),
    same("G19", "An inner that swallows the cancellation and returns gives its value"),
    same("G20", "An inner that raises while it is being cancelled gives its error"),
    better(
      "G21",
      "An outer cancellation that comes as the inner completes wins",
      "the value wins, and the cancellation comes at the next await: neither is lost",
    ),
    better(
      "G22",
      "wait_for(shield(task)) leaves the task running",
      "so does `waitFor(task.join(), …)`: waiting owns nothing",
    ),
    better(
      "G23",
      "as_completed gives the order of completion; in its async form the tasks themselves",
      "it gives tasks of its own, also of what is only waited for",
    ),
    better(
      "G24",
      "Its timeout does not cancel the rest",
      "it owns what it runs: leaving the loop, by whatever way, cancels the rest and waits for it",
    ),
    same("G25", "Duplicates are one"),
    better("G26", "The iteration may be left and resumed", "leaving it ends it (G24)"),
    better("G27", "shield: cancelling the awaiter leaves the inner running, without it", shieldIsAScope),
    better(
      "G28",
      "An inner that is cancelled itself cancels the shield",
      "it is an ordinary failure (TaskCancelledError), or the body's own cancellation",
    ),
    better(
      "G29",
      "An error of the inner after the outer was cancelled goes to the exception handler",
      "the error is thrown by the block: somebody still waits for it",
    ),
    better(
      "G30",
      "shield of something done is the thing itself",
      "it gives its value, and is no cancel point",
    ),
    better("G31", "A shielded task lives only as long as the caller refers to it", shieldIsAScope),
  ],
};
