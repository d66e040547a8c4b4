// Anything may be thrown, not only errors: it gets through as it is, and is never taken for no error at all.

import { describe, expect } from "vitest";
import {
  any,
  cancelScope,
  gather,
  map,
  moveOnAfter,
  run,
  shield,
  sleepForever,
  taskGroup,
  TaskGroupError,
  timeout,
  type Awaitable,
  type Scope,
} from "corio";
import { both, caught } from "../support/dialects.ts";

/** A string cannot be made of it. */
const bare = Object.freeze(Object.create(null) as object);

const values = { null: null, undefined: undefined, "an object without a prototype": bare };

const blocks: Record<string, (body: (scope: Scope) => unknown) => Awaitable<unknown>> = {
  timeout: (body) => timeout(100, body),
  moveOnAfter: (body) => moveOnAfter(100, body),
  cancelScope: (body) => cancelScope(body),
  shield: (body) => shield(body),
  "a run inside another": (body) => run(body),
  gather: (body) => gather([body as () => unknown]),
  any: (body) => any([body as () => unknown]),
  map: (body) => map([1, 2], body as never, { concurrency: 2 }),
};

for (const [name, value] of Object.entries(values)) {
  describe(`${name}, thrown`, () => {
    for (const [what, block] of Object.entries(blocks)) {
      both(`gets through ${what}`, function* ({ fn, wait }) {
        const body = fn(function* () {
          throw value;
        });
        expect(yield* caught(wait(block(body)))).toBe(value);
      });
    }

    both("by a release gets through its block", function* ({ fn, wait }) {
      const body = fn(function* (scope: Scope) {
        scope.defer(() => {
          throw value;
        });
      });
      expect(yield* caught(wait(cancelScope(body)))).toBe(value);
    });

    both("is in the error of a group, whoever has thrown it", function* ({ fn, wait }) {
      const failing = fn(function* () {
        throw value;
      });
      const failed = [
        taskGroup(failing),
        taskGroup(
          fn(function* (group) {
            group.spawn(failing);
            yield* wait(sleepForever());
          }),
        ),
      ];
      for (const group of failed) {
        const error = yield* caught(wait(group));
        expect(error).toBeInstanceOf(TaskGroupError);
        expect((error as TaskGroupError).errors).toEqual([value]);
      }
    });
  });
}
