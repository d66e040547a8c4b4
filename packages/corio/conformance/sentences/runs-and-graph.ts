// R and A: running, ending, and the call graph.

import { better, type Family, same } from "../sentence.ts";

export const runners: Family = {
  letters: "R",
  title: "Runner and shutdown",
  sentences: [
    better(
      "R1",
      "run() gives the value or raises the error; one run per thread at a time",
      "any number at a time; inside another one it opens a child scope",
    ),
    same(
      "R2",
      "At the end all other tasks are cancelled and waited for, then async generators closed",
      "async generators are closed by who runs over them (R9)",
    ),
    same("R3", "Errors of tasks during that are reported"),
    better(
      "R4",
      "SIGINT cancels the main task; KeyboardInterrupt comes out",
      "main is cancelled with the signal as its reason, and exits with 130 or 143; `run` touches no signal",
    ),
    better(
      "R5",
      "If main swallows it and returns, the Ctrl-C is lost",
      "it is remembered: the exit code tells it",
    ),
    better(
      "R6",
      "A second SIGINT raises at once, wherever the code is",
      "it prints the tree of tasks and exits",
    ),
    same("R7", "A handler installed by the user is left alone"),
    same(
      "R8",
      "Runner keeps one context over its runs; closing twice is fine; running after that is an error",
    ),
    better(
      "R9",
      "An async generator left early is closed later, by a new task",
      "by its owner, before the loop over it has ended",
    ),
    better(
      "R10",
      "shutdown_asyncgens closes what is live, and reports the errors",
      "the error of closing one is thrown to its owner",
    ),
    better(
      "R11",
      "A generator collected after the loop closed is not closed at all",
      "its owner has closed it",
    ),
  ],
};

export const graph: Family = {
  letters: "A",
  title: "Call graph",
  sentences: [
    same(
      "A1",
      "A task's graph holds its own await stack and who awaits it, recursively",
      "an async function has no stack while it waits; in debug mode its last call stands for it",
    ),
    same("A2", "The edges are removed when the wait ends"),
    same("A3", "A limit keeps the innermost, the outermost, or only the edges"),
    same("A4", "Await cycles are found and printed"),
  ],
};
