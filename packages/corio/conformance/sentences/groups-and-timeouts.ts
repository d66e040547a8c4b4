// TG and TO: task groups and timeouts.

import { better, type Family, same } from "../sentence.ts";

export const groups: Family = {
  letters: "TG",
  title: "Task groups",
  sentences: [
    same("TG1", "The block waits for all children, also for those that children start meanwhile"),
    better(
      "TG2",
      "create_task before entry, after the end or while aborting is an error, and closes the coroutine",
      "into a cancelled group a child is started, and told at its first await; into a finished one it is an error, and nothing was called",
    ),
    same("TG3", "Entering twice is an error"),
    same("TG4", "The first failure of a child cancels siblings and body, once"),
    same("TG5", "Errors stand in the order in which the children failed, the body's own last"),
    same("TG6", "A body's error alone is still wrapped in a group"),
    same("TG7", "An error that also came out of a join in the body is listed once"),
    same("TG8", "An inner group's error is one element of the outer group"),
    same("TG9", "A child that is cancelled neither fails nor ends the group"),
    better(
      "TG10",
      "A CancelledError raised in the body without cancel() aborts the children and gets out as it is",
      "the children are cancelled and waited for; at the end of the task it is a StrayCancellationError (C14)",
    ),
    same("TG11", "Cancelled from outside: children cancelled, waited for, then the cancellation gets out"),
    same(
      "TG12",
      "Cancelled from outside, with child errors: the group is raised, and the next await raises the cancellation",
    ),
    same("TG13", "After the group the task is as it was before", "there is no count to be restored"),
    same("TG14", "Inner and outer group failing together: the outer's cancellation survives the inner's end"),
    same("TG15", "A body that raises while it is being cancelled is reported in the group"),
    better(
      "TG16",
      "SystemExit and KeyboardInterrupt win alone, other errors are lost",
      "no error is ever dropped, whatever is thrown",
    ),
    same("TG17", "Entering without a task is an error", "NoRunError"),
    better(
      "TG18",
      "A child that shrugs the cancellation off keeps its value, the parent is cancelled",
      "the same, by rule: value wins for the child, the join throws the outer cancellation",
    ),
    same("TG19", "An eager child that fails at once does not cancel the parent too early"),
    same("TG20", "(3.15) cancel() by body or child: the block ends quietly; errors are raised all the same"),
    same(
      "TG21",
      "(3.15) cancel() twice is once, after the end it is nothing",
      "before the entry there is no group to cancel",
    ),
    same("TG22", "(main) A cancellation or timeout from outside after cancel() still gets out"),
    same("TG23", "(main) An eager child that calls cancel() before its first suspension is cancelled itself"),
    better(
      "TG24",
      "After cancel(), create_task is an error",
      "the child is started, and told at its first await",
    ),
    better(
      "TG25",
      "(main) Only a GeneratorExit in the body: raised as it is, not in a group",
      "a body that is closed gives no error at all; its children are cancelled and waited for",
    ),
  ],
};

export const timeouts: Family = {
  letters: "TO",
  title: "Timeouts",
  sentences: [
    same(
      "TO1",
      "Expiry turns the cancellation that leaves the block into TimeoutError, with it as the cause",
    ),
    same("TO2", "A block that overran without awaiting has not expired"),
    better(
      "TO3",
      "A body that swallows the cancellation: no TimeoutError",
      "the same, by rule: a body that returns a value has returned it",
    ),
    same(
      "TO4",
      "A foreign error during expiry passes",
      "without a chain to the TimeoutError: JavaScript has no implicit one",
    ),
    same(
      "TO5",
      "A cancellation from outside together with the expiry wins",
      "an enclosing scope's cancellation, in whichever order they came",
    ),
    same("TO6", "A cancellation that was caught before does not disturb a later timeout"),
    same("TO7", "Nested equal deadlines: only the outermost raises TimeoutError"),
    same("TO8", "Inner expired first, outer later: each converts its own"),
    same("TO9", "Zero or less: an empty block passes, an await inside does not"),
    same(
      "TO10",
      "None disables; rescheduling disarms, postpones, or expires at the next await",
      "`scope.deadline`, at any time",
    ),
    better(
      "TO11",
      "reschedule before entry, when expired or finished is an error; entering twice too",
      "before entry there is no scope; an expiry is not taken back; a closed scope refuses; entering twice is an error",
    ),
    same("TO12", "With a task group inside: child errors stay a group", "the TimeoutError is not in a chain"),
    same("TO13", "After TimeoutError the task is usable, and not cancelled"),
  ],
};
