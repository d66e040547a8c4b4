import { describe, expect, test } from "vitest";
import {
  BrokenChannel,
  call,
  channel,
  checkpoint,
  ClosedChannel,
  createTask,
  currentScope,
  EndOfChannel,
  forEach,
  loopTime,
  moveOnAfter,
  sleep,
  taskGroup,
  WouldBlock,
} from "corio";
import { both, caught } from "../support/dialects.ts";

describe("a channel", () => {
  test("takes its capacity: zero or more, or Infinity", () => {
    for (const capacity of [-1, 0.5, NaN, undefined])
      expect(() => channel(capacity as number)).toThrow(RangeError);
    const [send] = channel(Infinity);
    expect(send.statistics()).toEqual({
      size: 0,
      capacity: Infinity,
      openSenders: 1,
      openReceivers: 1,
      waitingSenders: 0,
      waitingReceivers: 0,
    });
  });

  test("sendNowait and receiveNowait never wait: WouldBlock", () => {
    const [send, receive] = channel<number>(2);
    expect(() => receive.receiveNowait()).toThrow(WouldBlock);
    send.sendNowait(1);
    send.sendNowait(2);
    expect(() => send.sendNowait(3)).toThrow(WouldBlock);
    expect(receive.receiveNowait()).toBe(1);
    expect(receive.receiveNowait()).toBe(2);
  });

  both("send waits while it is full, receive while it is empty; items in order", function* (t) {
    const { fn, wait, log } = t;
    const [send, receive] = channel<number>(2);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              for (let i = 0; i < 5; i++) {
                yield* wait(send.send(i));
                log.push(`sent ${i} at ${loopTime()}`);
              }
            }),
          );
          for (let i = 0; i < 5; i++) {
            yield* wait(sleep(10));
            expect(yield* wait(receive.receive())).toBe(i);
          }
          group.spawn(
            fn(function* () {
              log.push(`received ${yield* wait(receive.receive())} at ${loopTime()}`);
            }),
          );
          yield* wait(sleep(10));
          send.sendNowait(5);
        }),
      ),
    );
    expect(log).toEqual([
      "sent 0 at 0",
      "sent 1 at 0",
      "sent 2 at 10",
      "sent 3 at 20",
      "sent 4 at 30",
      "received 5 at 60",
    ]);
  });

  both("falsy items are items", function* ({ wait }) {
    const [send, receive] = channel<unknown>(10);
    const items = [undefined, null, 0, "", false];
    for (const item of items) yield* wait(send.send(item));
    for (const item of items) expect(yield* wait(receive.receive())).toBe(item);
  });

  both(
    "capacity 0: a send ends when somebody takes the item",
    function* ({ fn, wait, log }) {
      const [send, receive] = channel<string>(0);
      expect(() => send.sendNowait("x")).toThrow(WouldBlock);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            for (const item of ["a", "b"]) {
              group.spawn(
                fn(function* () {
                  yield* wait(send.send(item));
                  log.push(`${item} sent at ${loopTime()}`);
                }),
              );
            }
            yield* wait(sleep(10));
            expect(receive.statistics()).toMatchObject({ size: 0, waitingSenders: 2 });
            expect(yield* wait(receive.receive())).toBe("a");
            yield* wait(sleep(10));
            expect(receive.receiveNowait()).toBe("b");
            expect(() => receive.receiveNowait()).toThrow(WouldBlock);
            group.spawn(
              fn(function* () {
                log.push(`${yield* wait(receive.receive())} received`);
              }),
            );
            yield* wait(sleep(1));
            send.sendNowait("c");
            expect(() => send.sendNowait("d")).toThrow(WouldBlock);
          }),
        ),
      );
      expect(log).toEqual(["a sent at 10", "b sent at 20", "c received"]);
    },
    { order: "fifo" },
  );
});

describe("closing", () => {
  both("when all send ends are closed, what is left is received, then the end", function* ({ wait }) {
    const [send, receive] = channel<number>(5);
    const other = send.clone();
    send.sendNowait(1);
    send.close();
    send.close();
    expect(send.closed).toBe(true);
    expect(yield* caught(wait(send.send(2)))).toBeInstanceOf(ClosedChannel);
    expect(() => send.sendNowait(2)).toThrow(ClosedChannel);
    expect(() => send.clone()).toThrow(ClosedChannel);
    yield* wait(other.send(2));
    other.close();
    expect(yield* wait(receive.receive())).toBe(1);
    expect(receive.receiveNowait()).toBe(2);
    expect(yield* caught(wait(receive.receive()))).toBeInstanceOf(EndOfChannel);
    expect(() => receive.receiveNowait()).toThrow(EndOfChannel);
    expect(receive.statistics()).toMatchObject({ openSenders: 0, openReceivers: 1 });
  });

  both("receivers that wait when the last send end closes get the end", function* ({ fn, wait, log }) {
    const [send, receive] = channel<number>(0);
    const clone = receive.clone();
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const end of [receive, clone]) {
            group.spawn(
              fn(function* () {
                log.push(yield* caught(wait(end.receive())));
              }),
            );
          }
          yield* wait(sleep(1));
          send.clone().close();
          expect(receive.statistics().waitingReceivers).toBe(2);
          send.close();
        }),
      ),
    );
    expect(log.length).toBe(2);
    for (const error of log) expect(error).toBeInstanceOf(EndOfChannel);
  });

  both("when all receive ends are closed, sending fails, also for those who wait", function* (t) {
    const { fn, wait, log } = t;
    const [send, receive] = channel<number>(1);
    const clone = receive.clone();
    send.sendNowait(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          group.spawn(
            fn(function* () {
              yield* wait(send.send(2));
              log.push("2 sent");
            }),
          );
          yield* wait(sleep(1));
          receive.close();
          expect(() => receive.receiveNowait()).toThrow(ClosedChannel);
          expect(() => receive.clone()).toThrow(ClosedChannel);
          expect(clone.receiveNowait()).toBe(1);
          group.spawn(
            fn(function* () {
              log.push(yield* caught(wait(send.send(3))));
            }),
          );
          yield* wait(sleep(1));
          clone.close();
        }),
      ),
    );
    expect(log.length).toBe(2);
    expect(log[0]).toBe("2 sent");
    expect(log[1]).toBeInstanceOf(BrokenChannel);
    expect(yield* caught(wait(send.send(4)))).toBeInstanceOf(BrokenChannel);
    expect(() => send.sendNowait(4)).toThrow(BrokenChannel);
    // Nobody can receive them any more.
    expect(send.statistics().size).toBe(0);
  });

  both(
    "who waits at an end that is closed gets ClosedChannel; the others wait on",
    function* (t) {
      const { fn, wait, log } = t;
      const [send, receive] = channel<string>(0);
      const sendClone = send.clone();
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const sender = fn(function* (end: typeof send, item: string) {
              try {
                yield* wait(end.send(item));
                log.push(`${item} sent`);
              } catch (error) {
                log.push(`${item}: ${(error as Error).name}`);
              }
            });
            group.spawn(sender, send, "a");
            group.spawn(sender, sendClone, "b");
            group.spawn(sender, send, "c");
            yield* wait(sleep(1));
            send.close();
            yield* wait(sleep(1));
            expect(yield* wait(receive.receive())).toBe("b");
            const receiveClone = receive.clone();
            const receiver = fn(function* (end: typeof receive, name: string) {
              try {
                log.push(`${name} received ${yield* wait(end.receive())}`);
              } catch (error) {
                log.push(`${name}: ${(error as Error).name}`);
              }
            });
            group.spawn(receiver, receive, "first");
            group.spawn(receiver, receiveClone, "second");
            yield* wait(sleep(1));
            receive.close();
            sendClone.sendNowait("d");
          }),
        ),
      );
      expect(log).toEqual([
        "a: ClosedChannel",
        "c: ClosedChannel",
        "b sent",
        "first: ClosedChannel",
        "second received d",
      ]);
    },
    { order: "fifo" },
  );

  both("an end is a resource of a scope", function* ({ fn, wait, log }) {
    const [send, receive] = channel<number>(5);
    const producer = createTask(
      fn(function* () {
        currentScope().use(send);
        for (let i = 0; i < 3; i++) yield* wait(send.send(i));
      }),
    );
    yield* wait(
      forEach(
        receive,
        fn(function* (item: number) {
          log.push(item);
        }),
      ),
    );
    yield* wait(producer.join());
    expect(log).toEqual([0, 1, 2]);
    expect(send.closed).toBe(true);
    receive[Symbol.dispose]();
    expect(receive.closed).toBe(true);
  });
});

describe("cancellation", () => {
  both(
    "a sender cancelled while it waits has not sent; one whose item was taken has",
    function* (t) {
      const { fn, wait, log } = t;
      const [send, receive] = channel<string>(0);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const sender = fn(function* (item: string) {
              yield* wait(send.send(item));
              log.push(`${item} sent`);
              yield* wait(checkpoint());
              log.push(`${item} goes on`);
            });
            const a = group.spawn(sender, "a");
            const b = group.spawn(sender, "b");
            group.spawn(sender, "c");
            yield* wait(sleep(1));
            a.cancel();
            expect(receive.receiveNowait()).toBe("b");
            b.cancel();
            expect(receive.receiveNowait()).toBe("c");
          }),
        ),
      );
      expect(log).toEqual(["b sent", "c sent", "c goes on"]);
    },
    { order: "fifo" },
  );

  both(
    "a receiver that was served and then cancelled has its item",
    function* ({ fn, wait, log }) {
      const [send, receive] = channel<string>(0);
      yield* wait(
        taskGroup(
          fn(function* (group) {
            const receiver = fn(function* (name: string) {
              log.push(`${name} ${yield* wait(receive.receive())}`);
              yield* wait(checkpoint());
              log.push(`${name} goes on`);
            });
            const first = group.spawn(receiver, "first");
            const second = group.spawn(receiver, "second");
            group.spawn(receiver, "third");
            yield* wait(sleep(1));
            send.sendNowait("a");
            first.cancel();
            second.cancel();
            send.sendNowait("b");
          }),
        ),
      );
      expect(log).toEqual(["first a", "third b", "third goes on"]);
    },
    { order: "fifo" },
  );

  both("cancelled waiters do not pile up", function* ({ fn, wait }) {
    const [send, receive] = channel<number>(0);
    const [, idle] = channel<number>(0);
    for (let i = 0; i < 5; i++) {
      for (const end of [() => send.send(1), () => idle.receive()]) {
        yield* wait(
          moveOnAfter(
            1,
            fn(function* () {
              yield* wait(end() as ReturnType<typeof send.send>);
            }),
          ),
        );
      }
    }
    expect(receive.statistics().waitingSenders).toBe(0);
    expect(idle.statistics().waitingReceivers).toBe(0);
  });
});

describe("iteration", () => {
  both("clones share the items, each item goes to one of them", function* ({ fn, wait, log }) {
    const [send, receive] = channel<number>(1);
    yield* wait(
      taskGroup(
        fn(function* (group) {
          for (const end of [receive, receive.clone()]) {
            group.spawn(async () => {
              for await (const item of end) {
                log.push(item);
                await sleep(1);
              }
            });
          }
          for (let i = 0; i < 10; i++) yield* wait(send.send(i));
          send.close();
        }),
      ),
    );
    expect(log).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  both("leaving the loop leaves the channel as it is", function* ({ wait }) {
    const [send, receive] = channel<number>(3);
    for (let i = 0; i < 3; i++) send.sendNowait(i);
    yield* wait(
      call(async () => {
        for await (const item of receive) if (item === 1) break;
      }),
    );
    expect(receive.closed).toBe(false);
    expect(receive.receiveNowait()).toBe(2);
  });
});
