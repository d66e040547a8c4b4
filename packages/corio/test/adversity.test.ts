// A cancellation at every moment of a scenario: no permit, lock, item or resource is lost, and nothing is left behind.

import { describe, expect } from "vitest";
import {
  BoundedSemaphore,
  cancelScope,
  createTask,
  Event,
  forEach,
  fromPromise,
  Future,
  gather,
  Lock,
  map,
  moveOnAfter,
  Queue,
  run,
  Semaphore,
  shield,
  sleep,
  taskGroup,
  timeout,
} from "corio";
import { suspend } from "corio/lowlevel";
import { atEveryMoment } from "./support/adversity.ts";

const sorted = (numbers: number[]): number[] => numbers.toSorted((a, b) => a - b);

describe("locks and permits", () => {
  atEveryMoment("a lock acquired, used and released by hand", ({ fn, wait }) => {
    const lock = new Lock();
    let inside = 0;
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (let i = 0; i < 3; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(lock.acquire());
                    try {
                      expect(++inside).toBe(1);
                      yield* wait(sleep(i));
                    } finally {
                      inside--;
                      lock.release();
                    }
                  }),
                );
              }
            }),
          ),
        );
      },
      *check() {
        expect(lock.statistics()).toEqual({ owner: null, waiting: 0 });
        yield* wait(lock.acquire());
        lock.release();
      },
    };
  });

  atEveryMoment("a lock held by a block", ({ fn, wait }) => {
    const lock = new Lock();
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (let i = 0; i < 3; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(
                      lock.hold(
                        fn(function* () {
                          yield* wait(sleep(1));
                        }),
                      ),
                    );
                  }),
                );
              }
            }),
          ),
        );
      },
      *check() {
        expect(lock.statistics()).toEqual({ owner: null, waiting: 0 });
      },
    };
  });

  for (const Kind of [Semaphore, BoundedSemaphore]) {
    atEveryMoment(`a ${Kind.name} of two permits and five who want them`, ({ fn, wait }) => {
      const semaphore = new Kind(2);
      let inside = 0;
      return {
        *body() {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                for (let i = 0; i < 5; i++) {
                  group.spawn(
                    fn(function* () {
                      yield* wait(semaphore.acquire());
                      try {
                        expect(++inside).toBeLessThanOrEqual(2);
                        yield* wait(sleep(i % 2));
                      } finally {
                        // Clean-up that waits, with the permit still held. It may be cancelled too.
                        try {
                          yield* wait(sleep(1));
                        } finally {
                          inside--;
                          semaphore.release();
                        }
                      }
                    }),
                  );
                }
              }),
            ),
          );
        },
        *check() {
          expect(semaphore.statistics()).toEqual({ free: 2, waiting: 0 });
          expect(inside).toBe(0);
        },
      };
    });
  }

  atEveryMoment("two locks taken in one order, with a timeout each", ({ fn, wait }) => {
    const [a, b] = [new Lock(), new Lock()];
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (let i = 0; i < 3; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(
                      moveOnAfter(
                        2,
                        fn(function* () {
                          yield* wait(
                            a.hold(
                              fn(function* () {
                                yield* wait(sleep(1));
                                yield* wait(
                                  b.hold(
                                    fn(function* () {
                                      yield* wait(sleep(1));
                                    }),
                                  ),
                                );
                              }),
                            ),
                          );
                        }),
                      ),
                    );
                  }),
                );
              }
            }),
          ),
        );
      },
      *check() {
        expect(a.statistics()).toEqual({ owner: null, waiting: 0 });
        expect(b.statistics()).toEqual({ owner: null, waiting: 0 });
      },
    };
  });
});

describe("queues", () => {
  atEveryMoment("an item is put exactly if put returned, and got exactly if get returned", ({ fn, wait }) => {
    const queue = new Queue<number>(1);
    const put: number[] = [];
    const got: number[] = [];
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (const base of [0, 100]) {
                group.spawn(
                  fn(function* () {
                    for (let i = 0; i < 3; i++) {
                      yield* wait(queue.put(base + i));
                      put.push(base + i);
                    }
                  }),
                );
                group.spawn(
                  fn(function* () {
                    for (let i = 0; i < 3; i++) {
                      got.push(yield* wait(queue.get()));
                      yield* wait(sleep(1));
                    }
                  }),
                );
              }
            }),
          ),
        );
      },
      *check() {
        const { getters, putters, size, unfinished } = queue.statistics();
        expect({ getters, putters }).toEqual({ getters: 0, putters: 0 });
        expect(unfinished).toBe(put.length);
        const left: number[] = [];
        for (let i = 0; i < size; i++) left.push(queue.getNowait());
        expect(sorted([...got, ...left])).toEqual(sorted(put));
        expect(queue.empty()).toBe(true);
      },
    };
  });

  atEveryMoment("workers with taskDone in a finally, and a join", ({ fn, wait }) => {
    const queue = new Queue<number>(2);
    let accepted = 0;
    let settled = 0;
    return {
      *body() {
        yield* wait(
          taskGroup(
            { cancellable: true },
            fn(function* (group) {
              for (let i = 0; i < 2; i++) {
                group.spawn(
                  fn(function* () {
                    for (;;) {
                      yield* wait(queue.get());
                      try {
                        yield* wait(sleep(1));
                      } finally {
                        settled++;
                        queue.taskDone();
                      }
                    }
                  }),
                );
              }
              for (let i = 0; i < 4; i++) {
                yield* wait(queue.put(i));
                accepted++;
              }
              yield* wait(queue.join());
              group.cancel();
            }),
          ),
        );
      },
      *check() {
        const { size, unfinished, getters, putters } = queue.statistics();
        expect({ getters, putters }).toEqual({ getters: 0, putters: 0 });
        expect(settled + size).toBe(accepted);
        expect(unfinished).toBe(size);
      },
    };
  });
});

describe("events, futures, callbacks, promises", () => {
  atEveryMoment("waiters of an event and of a future", ({ fn, wait }) => {
    const event = new Event();
    const future = new Future<number>();
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (let i = 0; i < 2; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(event.wait());
                    yield* wait(future.wait());
                  }),
                );
              }
              yield* wait(sleep(1));
              event.set();
              yield* wait(sleep(1));
              future.setResult(1);
            }),
          ),
        );
      },
      *check() {
        expect(event.statistics()).toEqual({ waiting: 0 });
        expect(future.waiters.size).toBe(0);
      },
    };
  });

  atEveryMoment("a callback is undone exactly if it did not answer", ({ fn, wait }) => {
    let begun = 0;
    let undone = 0;
    let answered = 0;
    const pending = new Set<() => void>();
    const ask = () =>
      suspend<void>((resolve) => {
        begun++;
        const answer = (): void => {
          pending.delete(answer);
          answered++;
          resolve();
        };
        pending.add(answer);
        return () => {
          undone++;
          pending.delete(answer);
        };
      });
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (group) {
              for (let i = 0; i < 3; i++) {
                group.spawn(
                  fn(function* () {
                    yield* wait(ask());
                    yield* wait(ask());
                  }),
                );
              }
              for (let i = 0; i < 2; i++) {
                yield* wait(sleep(1));
                for (const answer of pending) answer();
              }
            }),
          ),
        );
      },
      *check() {
        expect(pending.size).toBe(0);
        expect(begun).toBe(undone + answered);
      },
    };
  });

  atEveryMoment(
    "what a promise brings is received, or given to onLate: closed once either way",
    (dialect) => {
      const { fn, wait } = dialect;
      let opened = 0;
      let closed = 0;
      const arrivals: (() => void)[] = [];
      const open = () =>
        new Promise<object>((resolve) => {
          arrivals.push(() => {
            opened++;
            resolve({});
          });
        });
      return {
        *body() {
          yield* wait(
            taskGroup(
              fn(function* (group) {
                group.spawn(
                  fn(function* () {
                    const handle = yield* wait(fromPromise(open, { onLate: () => void closed++ }));
                    try {
                      expect(handle).toEqual({});
                      yield* wait(sleep(1));
                    } finally {
                      closed++;
                    }
                  }),
                );
                for (let i = 0; i < 2; i++) {
                  yield* wait(sleep(1));
                  for (const arrive of arrivals.splice(0)) arrive();
                }
              }),
            ),
          );
        },
        *check() {
          for (const arrive of arrivals.splice(0)) arrive();
          yield* wait(sleep(1));
          expect(closed).toBe(opened);
        },
      };
    },
  );
});

describe("blocks", () => {
  atEveryMoment("nested groups with resources: each is released once, last first", ({ fn, wait }) => {
    const open: string[] = [];
    let opened = 0;
    let released = 0;
    const acquire = (name: string) => {
      open.push(name);
      opened++;
      return {
        async [Symbol.asyncDispose]() {
          await sleep(1);
          released++;
          open.splice(open.indexOf(name), 1);
        },
      };
    };
    return {
      *body() {
        yield* wait(
          taskGroup(
            fn(function* (outer) {
              outer.use(acquire("outer"));
              for (let i = 0; i < 2; i++) {
                outer.spawn(
                  fn(function* () {
                    yield* wait(
                      taskGroup(
                        fn(function* (inner) {
                          inner.use(acquire(`inner ${i}`));
                          inner.defer(
                            fn(function* () {
                              // The later one is released, the outer one is not yet.
                              expect(open).toContain("outer");
                              expect(open).not.toContain(`second ${i}`);
                              yield* wait(sleep(1));
                              expect(open).toContain(`inner ${i}`);
                            }),
                          );
                          yield* wait(sleep(1));
                          inner.use(acquire(`second ${i}`));
                          inner.spawn(
                            fn(function* () {
                              yield* wait(sleep(2));
                            }),
                          );
                          yield* wait(sleep(1));
                        }),
                      ),
                    );
                  }),
                );
              }
            }),
          ),
        );
      },
      *check() {
        expect(released).toBe(opened);
        expect(open).toEqual([]);
      },
    };
  });

  atEveryMoment("a map with a bound over an async iterable: closed once, nobody left inside", (dialect) => {
    const { fn, wait } = dialect;
    let begun = 0;
    let closed = 0;
    let inside = 0;
    async function* source(): AsyncGenerator<number, void, undefined> {
      begun++;
      try {
        for (let i = 0; i < 4; i++) {
          await sleep(1);
          yield i;
        }
      } finally {
        closed++;
      }
    }
    return {
      *body() {
        yield* wait(
          map(
            source(),
            fn(function* () {
              inside++;
              try {
                yield* wait(sleep(2));
              } finally {
                inside--;
              }
            }),
            { concurrency: 2 },
          ),
        );
      },
      *check() {
        expect(closed).toBe(begun);
        expect(inside).toBe(0);
      },
    };
  });

  atEveryMoment("forEach over items, one at a time", ({ fn, wait }) => {
    let closed = 0;
    let begun = 0;
    function* source(): Generator<number, void, undefined> {
      begun++;
      try {
        yield 1;
        yield 2;
        yield 3;
      } finally {
        closed++;
      }
    }
    return {
      *body() {
        yield* wait(
          forEach(
            source(),
            fn(function* () {
              yield* wait(sleep(1));
            }),
          ),
        );
      },
      *check() {
        expect(closed).toBe(begun);
      },
    };
  });

  atEveryMoment("a gather of a gather, with clean-up that waits", ({ fn, wait }) => {
    let inside = 0;
    const worker = (ms: number) =>
      fn(function* () {
        inside++;
        try {
          yield* wait(sleep(ms));
        } finally {
          try {
            yield* wait(sleep(1));
          } finally {
            inside--;
          }
        }
      });
    return {
      *body() {
        yield* wait(gather([worker(1), worker(3), gather([worker(2), worker(2)]), sleep(2)]));
      },
      *check() {
        expect(inside).toBe(0);
      },
    };
  });

  atEveryMoment("timeouts that expire, in and around the cancelled block", ({ fn, wait }) => {
    let cleaned = 0;
    let entered = 0;
    return {
      *body() {
        for (let i = 0; i < 3; i++) {
          try {
            yield* wait(
              timeout(
                1,
                fn(function* () {
                  entered++;
                  try {
                    yield* wait(sleep(1));
                    yield* wait(sleep(1));
                  } finally {
                    yield* wait(sleep(1));
                    cleaned++;
                  }
                }),
              ),
            );
          } catch (error) {
            if ((error as { code?: string }).code !== "ERR_TIMEOUT") throw error;
          }
        }
      },
      *check() {
        expect(cleaned).toBe(entered);
      },
    };
  });

  atEveryMoment("a transaction: begun, then committed or rolled back under a shield", ({ fn, wait }) => {
    let state: "idle" | "begun" = "idle";
    let begun = 0;
    let ended = 0;
    return {
      *body() {
        for (let i = 0; i < 2; i++) {
          state = "begun";
          begun++;
          try {
            yield* wait(sleep(1));
            yield* wait(sleep(1));
          } finally {
            yield* wait(
              shield(
                fn(function* () {
                  yield* wait(sleep(1));
                  yield* wait(sleep(1));
                  state = "idle";
                  ended++;
                }),
              ),
            );
          }
        }
      },
      *check() {
        expect(state).toBe("idle");
        expect(ended).toBe(begun);
      },
    };
  });

  atEveryMoment("an inner run with tasks of its own", ({ fn, wait }) => {
    let inside = 0;
    return {
      *body() {
        yield* wait(
          run(
            fn(function* () {
              for (let i = 0; i < 2; i++) {
                createTask(
                  fn(function* () {
                    inside++;
                    try {
                      yield* wait(sleep(10));
                    } finally {
                      yield* wait(sleep(1));
                      inside--;
                    }
                  }),
                );
              }
              yield* wait(sleep(1));
              yield* wait(sleep(1));
            }),
          ),
        );
      },
      *check() {
        expect(inside).toBe(0);
      },
    };
  });

  atEveryMoment("scopes that cancel themselves and each other", ({ fn, wait }) => {
    let inside = 0;
    return {
      *body() {
        yield* wait(
          cancelScope(
            fn(function* (outer) {
              yield* wait(
                taskGroup(
                  fn(function* (group) {
                    group.spawn(
                      fn(function* () {
                        inside++;
                        try {
                          yield* wait(sleep(3));
                          outer.cancel();
                          yield* wait(sleep(1));
                        } finally {
                          inside--;
                        }
                      }),
                    );
                    yield* wait(
                      cancelScope(
                        fn(function* (inner) {
                          inner.deadline = 2;
                          yield* wait(sleep(5));
                        }),
                      ),
                    );
                    yield* wait(sleep(5));
                  }),
                ),
              );
            }),
          ),
        );
      },
      *check() {
        expect(inside).toBe(0);
      },
    };
  });
});
