// A cancellation at every moment: of consumers and their producers, of staggered attempts, of bodies with a store.

import { AsyncLocalStorage } from "node:async_hooks";
import { expect } from "vitest";
import {
  type Emit,
  forEach,
  getRunningLoop,
  map,
  producer,
  retry,
  sleep,
  staggeredRace,
  taskGroup,
  timeout,
  withStore,
} from "corio";
import { atEveryMoment } from "../support/adversity.ts";

atEveryMoment("a producer is closed exactly if it was begun", ({ fn, wait }) => {
  let begun = 0;
  let closed = 0;
  function* items(emit: Emit<number>) {
    begun++;
    try {
      for (let i = 0; i < 4; i++) {
        yield* timeout(100, () => sleep(1));
        yield* emit(i);
      }
    } finally {
      try {
        yield* sleep(1);
      } finally {
        closed++;
      }
    }
  }
  return {
    *body() {
      yield* wait(
        forEach(
          producer(items),
          fn(function* () {
            yield* wait(sleep(1));
          }),
        ),
      );
      yield* wait(map(producer(items), (n) => n, { concurrency: 2 }));
    },
    *check(cancelled) {
      yield* wait(sleep(1));
      expect(closed).toBe(begun);
      if (!cancelled) expect(begun).toBe(2);
    },
  };
});

atEveryMoment("an async generator is closed exactly if it was begun", ({ fn, wait }) => {
  let begun = 0;
  let closed = 0;
  async function* items(): AsyncGenerator<number> {
    begun++;
    try {
      for (let i = 0; i < 3; i++) {
        await timeout(100, async () => sleep(1));
        yield i;
      }
    } finally {
      // Where it had come to its end by itself, it may be told here.
      try {
        await sleep(1);
        await sleep(1);
      } finally {
        closed++;
      }
    }
  }
  return {
    *body() {
      yield* wait(
        forEach(
          items(),
          fn(function* () {
            yield* wait(sleep(1));
          }),
        ),
      );
      yield* wait(map(items(), (n) => n, { concurrency: 2 }));
    },
    *check(cancelled) {
      yield* wait(sleep(1));
      expect(closed).toBe(begun);
      if (!cancelled) expect(begun).toBe(2);
    },
  };
});

atEveryMoment("what a staggered race opens is won, late, or closed by the attempt", ({ fn, wait }) => {
  let open = 0;
  const connect = (ms: number) =>
    fn(function* () {
      open++;
      let connected = false;
      try {
        yield* wait(sleep(ms));
        connected = true;
        return ms;
      } finally {
        if (!connected) open--;
      }
    });
  return {
    *body() {
      const race = yield* wait(
        staggeredRace([connect(30), connect(5), connect(5), connect(20)], {
          delay: 2,
          onLate: () => void open--,
        }),
      );
      if (race.index !== null) open--;
    },
    *check(cancelled) {
      yield* wait(sleep(1));
      // A value that was there when the cancellation struck is the caller's to close, and this one lets it go.
      if (!cancelled) expect(open).toBe(0);
      else expect([0, 1]).toContain(open);
    },
  };
});

const als = new AsyncLocalStorage<string>();

atEveryMoment("a store never gets out of its body, nor lost in it", ({ fn, wait }) => {
  const seen = new Set<unknown>();
  return {
    *body() {
      yield* wait(
        withStore(
          als,
          "store",
          fn(function* () {
            try {
              yield* wait(
                taskGroup(
                  fn(function* (group) {
                    for (const eager of [true, false]) {
                      group.spawn(
                        { eager },
                        fn(function* () {
                          seen.add(als.getStore());
                          yield* wait(sleep(1));
                          seen.add(als.getStore());
                        }),
                      );
                    }
                  }),
                ),
              );
              yield* wait(timeout(10, () => sleep(1)));
            } finally {
              seen.add(als.getStore());
            }
          }),
        ),
      );
    },
    *check() {
      yield* wait(sleep(2));
      seen.delete("store");
      expect([...seen, als.getStore()]).toEqual([undefined]);
    },
  };
});

atEveryMoment("callbacks and retries leave no timer", ({ fn, wait }) => {
  let calls = 0;
  return {
    *body() {
      const loop = getRunningLoop();
      const handles = [loop.callSoon(() => calls++), loop.callLater(2, () => calls++)];
      try {
        yield* wait(
          retry(
            fn(function* (attempt: number) {
              yield* wait(sleep(1));
              if (attempt < 3) throw new RangeError("again");
            }),
            { delay: 1 },
          ),
        );
      } finally {
        for (const handle of handles) handle.cancel();
      }
    },
    *check(cancelled) {
      yield* wait(sleep(5));
      if (!cancelled) expect(calls).toBe(2);
      else expect(calls).toBeLessThanOrEqual(2);
    },
  };
});
