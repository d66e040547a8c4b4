// Checks of tasks, blocks and cancellation, in every dialect.

import {
  allSettled,
  any,
  call,
  CancelledError,
  cancelScope,
  currentScope,
  fromPromise,
  gather,
  loopTime,
  map,
  moveOnAfter,
  race,
  type Ready,
  type Report,
  retry,
  run,
  ScopeClosedError,
  shield,
  sleep,
  sleepForever,
  StrayCancellationError,
  TaskCancelledError,
  taskGroup,
  TaskGroupError,
  timeout,
  TimeoutError,
} from "corio";
import { caught, type Dialect, equal, instance, ok, rejection, type Steps } from "./check.ts";

export function blockChecks({ fn, wait }: Dialect): Record<string, () => unknown> {
  function* log(text: string, entries: string[], ms: number): Steps<void> {
    yield* wait(sleep(ms));
    entries.push(text);
  }

  function* cleaned(entries: string[], ms = 1): Steps<never> {
    try {
      return yield* wait(sleepForever());
    } finally {
      yield* wait(sleep(ms));
      entries.push("cleaned");
    }
  }

  return {
    "a run gives what its body gives, or throws it": async () => {
      equal(
        await run(
          fn(function* () {
            yield* wait(sleep(1));
            return 5;
          }),
        ),
        5,
      );
      const error = await rejection(
        run(
          fn(function* () {
            yield* wait(sleep(1));
            throw new RangeError("no");
          }),
        ),
      );
      instance(error, RangeError);
    },

    "sleeps end in the order of their times": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          yield* wait(
            gather([
              fn(() => log("late", entries, 60)),
              fn(() => log("early", entries, 1)),
              fn(() => log("between", entries, 30)),
            ]),
          );
          equal(entries, ["early", "between", "late"]);
        }),
      ),

    "a group waits for its children, and a task is joined": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          const value = yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(fn(() => log("child", entries, 10)));
                const task = group.spawn(
                  fn(function* (a: number, b: number) {
                    yield* wait(sleep(1));
                    return a + b;
                  }),
                  1,
                  2,
                );
                return yield* wait(task.join());
              }),
            ),
          );
          equal([value, entries], [3, ["child"]]);
        }),
      ),

    "a failure cancels the siblings, waits for them, and is thrown in a group": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          const error = yield* caught(
            wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(fn(() => cleaned(entries)));
                  yield* wait(sleep(1));
                  throw new RangeError("no");
                }),
              ),
            ),
          );
          instance(instance(error, TaskGroupError).only(), RangeError);
          equal(entries, ["cleaned"]);
        }),
      ),

    "a task is cancelled: it cleans up, and who joins it is told": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          yield* wait(
            taskGroup(
              fn(function* (group) {
                const task = group.spawn(fn(() => cleaned(entries)));
                yield* wait(sleep(1));
                ok(task.cancel("enough"), "the task to be cancelled");
                instance(yield* caught(wait(task.join())), TaskCancelledError);
                equal([task.done(), task.cancelled(), entries], [true, true, ["cleaned"]]);
              }),
            ),
          );
        }),
      ),

    "a scope is cancelled with a reason, and only its own block absorbs it": () =>
      run(
        fn(function* () {
          const entries: unknown[] = [];
          yield* wait(
            cancelScope(
              fn(function* (scope) {
                try {
                  scope.cancel("why");
                  yield* wait(sleep(1));
                } catch (error) {
                  entries.push(instance(error, CancelledError).reason);
                  throw error;
                }
              }),
            ),
          );
          equal(entries, ["why"]);
        }),
      ),

    "a timeout interrupts, waits for the clean-up, and throws": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          const error = yield* caught(
            wait(
              timeout(
                5,
                fn(() => cleaned(entries)),
              ),
            ),
          );
          instance(instance(error, TimeoutError).cause, CancelledError);
          equal(entries, ["cleaned"]);
        }),
      ),

    "moveOnAfter tells whether it was cancelled": () =>
      run(
        fn(function* () {
          equal(
            yield* wait(
              moveOnAfter(
                1,
                fn(() => cleaned([])),
              ),
            ),
            { cancelled: true },
          );
          equal(
            yield* wait(
              moveOnAfter(
                10_000,
                fn(function* () {
                  yield* wait(sleep(1));
                  return 7;
                }),
              ),
            ),
            { cancelled: false, value: 7 },
          );
        }),
      ),

    "a deadline may be set in between": () =>
      run(
        fn(function* () {
          const result = yield* wait(
            moveOnAfter(
              null,
              fn(function* (scope) {
                scope.deadline = loopTime() + 5;
                yield* wait(sleepForever());
              }),
            ),
          );
          equal(result.cancelled, true);
        }),
      ),

    "a shield keeps a cancellation out until its body has ended": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          yield* wait(
            moveOnAfter(
              5,
              fn(function* () {
                yield* wait(
                  shield(
                    fn(function* () {
                      yield* wait(sleep(20));
                      entries.push("shielded");
                    }),
                  ),
                );
                yield* wait(sleep(0));
                entries.push("never");
              }),
            ),
          );
          equal(entries, ["shielded"]);
        }),
      ),

    "after the grace a body that goes on is ended by force": () => {
      const reports: Report[] = [];
      return run(
        fn(function* () {
          let rounds = 0;
          const error = yield* caught(
            wait(
              timeout(
                1,
                fn(function* () {
                  for (;;) {
                    try {
                      yield* wait(sleep(1));
                    } catch {
                      rounds++;
                    }
                  }
                }),
              ),
            ),
          );
          instance(error, TimeoutError);
          ok(rounds > 0, "the body to have been told");
        }),
        { grace: 20, onReport: (report) => void reports.push(report) },
      );
    },

    "resources are released when their scope closes, last first": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          yield* wait(
            cancelScope(
              fn(function* (scope) {
                scope.defer(fn(() => log("first", entries, 1)));
                scope.defer(() => entries.push("second"));
                yield* wait(sleep(1));
              }),
            ),
          );
          equal(entries, ["second", "first"]);
        }),
      ),

    "start waits until the child says that it is ready": () =>
      run(
        fn(function* () {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                const port = yield* wait(
                  group.start(
                    fn(function* (ready: Ready<number>) {
                      yield* wait(sleep(1));
                      ready(80);
                      yield* wait(sleep(1));
                    }),
                  ),
                );
                equal(port, 80);
              }),
            ),
          );
        }),
      ),

    "gather gives the values place by place, and throws a sole error as it is": () =>
      run(
        fn(function* () {
          const values = yield* wait(
            gather([
              fn(function* () {
                yield* wait(sleep(2));
                return "a";
              }),
              () => 1,
              sleep(1),
            ]),
          );
          equal(values.slice(0, 2), ["a", 1]);
          const entries: string[] = [];
          const error = yield* caught(
            wait(
              gather([
                fn(() => cleaned(entries)),
                fn(function* () {
                  yield* wait(sleep(1));
                  throw new RangeError("no");
                }),
              ]),
            ),
          );
          instance(error, RangeError);
          equal(entries, ["cleaned"]);
        }),
      ),

    "race cancels the losers and waits for them; any takes the first value": () =>
      run(
        fn(function* () {
          const entries: string[] = [];
          const first = yield* wait(
            race([
              fn(() => cleaned(entries)),
              fn(function* () {
                yield* wait(sleep(1));
                return "first";
              }),
            ]),
          );
          equal([first, entries], ["first", ["cleaned"]]);
          const value = yield* wait(
            any([
              fn(function* () {
                yield* wait(sleep(1));
                throw new RangeError("no");
              }),
              fn(function* () {
                yield* wait(sleep(5));
                return "value";
              }),
            ]),
          );
          equal(value, "value");
        }),
      ),

    "allSettled tells how each ended": () =>
      run(
        fn(function* () {
          const settled = yield* wait(
            allSettled([
              fn(function* () {
                yield* wait(sleep(1));
                throw new RangeError("no");
              }),
              () => 5,
            ]),
          );
          equal(
            settled.map(({ status }) => status),
            ["rejected", "fulfilled"],
          );
        }),
      ),

    "map runs so many at a time, and keeps the order": () =>
      run(
        fn(function* () {
          let running = 0;
          let most = 0;
          const doubled = yield* wait(
            map(
              [5, 1, 3, 2],
              fn(function* (ms: number) {
                most = Math.max(most, ++running);
                yield* wait(sleep(ms));
                running--;
                return ms * 2;
              }),
              { concurrency: 2 },
            ),
          );
          equal([doubled, most], [[10, 2, 6, 4], 2]);
        }),
      ),

    "retry tries again": () =>
      run(
        fn(function* () {
          const value = yield* wait(
            retry(
              fn(function* (attempt: number) {
                yield* wait(sleep(0));
                if (attempt < 3) throw new Error("not yet");
                return attempt;
              }),
              { delay: 1 },
            ),
          );
          equal(value, 3);
        }),
      ),

    "each dialect calls the other": () =>
      run(
        fn(function* () {
          equal(
            yield* wait(
              call(function* () {
                yield* sleep(1);
                return "coroutine";
              }),
            ),
            "coroutine",
          );
          equal(yield* wait(call(async () => "async")), "async");
        }),
      ),

    "a promise that is waited for can be cancelled, and its signal aborts": () =>
      run(
        fn(function* () {
          let signal: AbortSignal | undefined;
          yield* wait(
            moveOnAfter(
              1,
              fn(function* () {
                yield* wait(
                  fromPromise((given) => {
                    signal = given;
                    return new Promise(() => {});
                  }),
                );
              }),
            ),
          );
          equal(signal?.aborted, true);
          equal(yield* wait(fromPromise(Promise.resolve(3))), 3);
        }),
      ),

    "an AbortSignal ends a run, which throws its reason; a scope has one too": async () => {
      const controller = new AbortController();
      let inner: AbortSignal | undefined;
      const ended = rejection(
        run(
          fn(function* () {
            inner = currentScope().signal;
            setTimeout(() => controller.abort(new RangeError("the user left")), 1);
            yield* wait(sleepForever());
          }),
          { signal: controller.signal },
        ),
      );
      instance(await ended, RangeError);
      equal(inner?.aborted, true);
    },

    "an error kept from a cancelled scope does not pass for a cancellation elsewhere": () =>
      run(
        fn(function* () {
          let kept: unknown;
          yield* wait(
            moveOnAfter(
              1,
              fn(function* () {
                try {
                  yield* wait(sleepForever());
                } catch (error) {
                  kept = error;
                  throw error;
                }
              }),
            ),
          );
          const error = yield* caught(
            wait(
              taskGroup(
                fn(function* (group) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(sleep(0));
                      throw kept;
                    }),
                  );
                }),
              ),
            ),
          );
          instance(instance(error, TaskGroupError).only(), StrayCancellationError);
        }),
      ),

    "a floating call is ended with its block, and reported": async () => {
      const reports: Report[] = [];
      let floating: Promise<unknown> | undefined;
      await run(
        fn(function* () {
          yield* wait(
            cancelScope(
              fn(function* (scope) {
                floating = scope.wait(sleepForever()).catch((error: unknown) => error);
                yield* wait(sleep(1));
              }),
            ),
          );
        }),
        { onReport: (report) => void reports.push(report) },
      );
      instance(await floating, ScopeClosedError);
      equal(reports.length, 1);
    },
  };
}
