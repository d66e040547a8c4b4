// getaddrinfo and getnameinfo: the system's answers, its errors, and what a cancelled look-up leaves.
import { checkpoint, createTask, moveOnAfter, run } from "corio";
import { simulate } from "@corio/testing";
import { ALL, V4MAPPED } from "node:dns";
import { setImmediate } from "node:timers/promises";
import { afterEach, describe, expect, test } from "vitest";
import {
  getaddrinfo,
  getnameinfo,
  HostLookupError,
  HostNotFoundError,
  lookupThreads,
} from "../../src/index.ts";
import { nodeLookup } from "../../src/network/node-lookup.ts";
import { both, caught } from "../support/dialects.ts";
import { FakeNetwork } from "../support/fake-network.ts";

const { limit } = lookupThreads;
afterEach(async () => {
  lookupThreads.limit = limit;
  // What was cancelled goes on with the system until it answers.
  while (lookupThreads.statistics().running > 0) await setImmediate();
  expect(lookupThreads.statistics()).toMatchObject({ running: 0, waiting: 0 });
});

describe("getaddrinfo", () => {
  both("a name, with the port in each entry", function* ({ wait }) {
    expect(yield* wait(getaddrinfo("localhost", 80, { family: 4 }))).toEqual([
      { family: 4, address: "127.0.0.1", port: 80 },
    ]);
    expect(yield* wait(getaddrinfo("localhost"))).toContainEqual({
      family: 4,
      address: "127.0.0.1",
      port: 0,
    });
  });

  both("an address is itself, and asks nobody", function* ({ wait }) {
    const { begun } = lookupThreads.statistics();
    expect(yield* wait(getaddrinfo("192.0.2.1", 1))).toEqual([{ family: 4, address: "192.0.2.1", port: 1 }]);
    expect(yield* wait(getaddrinfo("::1", 2))).toEqual([{ family: 6, address: "::1", port: 2 }]);
    expect(yield* wait(getaddrinfo("fe80::1%lo", 3))).toEqual([
      { family: 6, address: "fe80::1%lo", port: 3 },
    ]);
    expect(lookupThreads.statistics().begun).toBe(begun);
  });

  both("an address of another family than the wanted", function* ({ wait }) {
    const error = (yield* caught(wait(getaddrinfo("192.0.2.1", 1, { family: 6 })))) as HostLookupError;
    expect([error.constructor, error.code, error.host]).toEqual([
      HostNotFoundError,
      "EAI_ADDRFAMILY",
      "192.0.2.1",
    ]);
    expect(error.message).toContain("it has no address of this family");
  });

  both("null is this machine, to connect to or to listen on", function* ({ wait }) {
    expect(yield* wait(getaddrinfo(null, 5))).toEqual([
      { family: 6, address: "::1", port: 5 },
      { family: 4, address: "127.0.0.1", port: 5 },
    ]);
    expect(yield* wait(getaddrinfo(null, 5, { passive: true, family: 4 }))).toEqual([
      { family: 4, address: "0.0.0.0", port: 5 },
    ]);
  });

  both("flags of the system", function* ({ wait }) {
    const found = yield* wait(getaddrinfo("localhost", 0, { family: 6, hints: V4MAPPED | ALL }));
    expect(found).toContainEqual({ family: 6, address: "::ffff:127.0.0.1", port: 0 });
  });

  both("a name that cannot be", function* ({ wait }) {
    const error = (yield* caught(wait(getaddrinfo("a..b")))) as HostLookupError;
    expect([error.constructor, error.name, error.code, error.host]).toEqual([
      HostNotFoundError,
      "HostNotFoundError",
      "ENOTFOUND",
      "a..b",
    ]);
    expect(error.message).toBe("Cannot look up a..b: the name is not known (ENOTFOUND)");
    expect((error.cause as NodeJS.ErrnoException).syscall).toBe("getaddrinfo");
    // Longer than the 253 bytes of a name.
    const long = `${"a.".repeat(150)}example`;
    expect(yield* caught(wait(getaddrinfo(long)))).toBeInstanceOf(HostNotFoundError);
  });

  test.each<[unknown[], RegExp]>([
    [[""], /host/],
    [["a\0b"], /host/],
    [[5], /host/],
    [[undefined], /host/],
    [["h", -1], /port/],
    [["h", 65_536], /port/],
    [["h", "80"], /port/],
    [["h", 1, { family: 5 }], /family/],
    [["h", 1, { hints: 0.5 }], /hints/],
    [["h", 1, { hints: 3 }], /hints 3/],
  ])("%j is refused, and nobody asked", async (args, message) => {
    const { begun } = lookupThreads.statistics();
    await expect(run(() => getaddrinfo(...(args as [string])))).rejects.toThrow(message);
    expect(lookupThreads.statistics().begun).toBe(begun);
  });

  test("on a simulated network it is that which answers", async () => {
    const network = new FakeNetwork({}, { name: { after: 30, addresses: ["::1", "192.0.2.1", "::1"] } });
    await simulate(
      async () => {
        // Each address once, in the order in which they were given.
        expect(await getaddrinfo("name", 7)).toEqual([
          { family: 6, address: "::1", port: 7 },
          { family: 4, address: "192.0.2.1", port: 7 },
        ]);
        expect(await getaddrinfo("name", 7, { family: 4, hints: ALL })).toHaveLength(1);
        await expect((async () => await getaddrinfo("other"))()).rejects.toThrow(HostNotFoundError);
      },
      { network },
    );
    expect(network.log).toContain("30 end lookup name");
  });
});

test("a look-up that node refuses to begin gives its thread back, and disturbs nobody who waits for one", async () => {
  lookupThreads.limit = 1;
  const told: (string | undefined)[] = [];
  await new Promise<void>((resolve) => {
    const tell = (error: Error | null): void => {
      told.push((error as NodeJS.ErrnoException | null)?.code);
      if (told.length === 3) resolve();
    };
    nodeLookup("localhost", 0, tell);
    nodeLookup("localhost", 7 as never, tell);
    nodeLookup("localhost", 0, tell);
  });
  expect(told).toEqual([undefined, "ERR_INVALID_ARG_VALUE", undefined]);
});

both("look-ups that wait for a thread begin when the limit is raised", function* ({ wait }) {
  lookupThreads.limit = 0;
  const looking = createTask(() => getaddrinfo("localhost", 0, { family: 4 }));
  yield* wait(checkpoint());
  expect(lookupThreads.statistics()).toMatchObject({ running: 0, waiting: 1 });
  lookupThreads.limit = 1;
  expect(yield* wait(looking.join())).toHaveLength(1);
  expect(() => (lookupThreads.limit = Number.NaN)).toThrow(RangeError);
});

describe("a cancelled look-up", () => {
  both("that waits for a thread never begins", function* ({ wait, fn }) {
    const { begun } = lookupThreads.statistics();
    lookupThreads.limit = 0;
    const { cancelled } = yield* wait(
      moveOnAfter(
        5,
        fn(function* () {
          yield* wait(getaddrinfo("localhost"));
        }),
      ),
    );
    expect(cancelled).toBe(true);
    lookupThreads.limit = limit;
    yield* wait(getaddrinfo("localhost"));
    expect(lookupThreads.statistics()).toMatchObject({ begun: begun + 1, waiting: 0 });
  });

  both("that has begun is left at once, and its answer ignored", function* ({ wait, fn }) {
    const { begun } = lookupThreads.statistics();
    const task = createTask(
      fn(function* () {
        yield* wait(getaddrinfo("localhost"));
      }),
    );
    // It waits for its thread, which cannot be stopped.
    while (lookupThreads.statistics().begun === begun) yield* wait(getaddrinfo(null));
    task.cancel();
    while (!task.done()) yield* wait(getaddrinfo(null));
    expect(task.cancelled()).toBe(true);
  });

  both(
    "many at once take no more than their share of the threads, and all are answered",
    function* ({ wait, fn }) {
      let most = 0;
      const tasks = Array.from({ length: 50 }, () =>
        createTask(
          fn(function* () {
            const waiting = getaddrinfo("localhost", 0, { family: 4 });
            const found = yield* wait(waiting);
            most = Math.max(most, lookupThreads.statistics().running);
            return found.length;
          }),
        ),
      );
      for (const task of tasks) expect(yield* wait(task.join())).toBe(1);
      expect(most).toBeLessThanOrEqual(limit);
      expect(limit).toBeLessThanOrEqual(Math.ceil((Number(process.env["UV_THREADPOOL_SIZE"]) || 4) / 2));
    },
  );
});

describe("getnameinfo", () => {
  both("the name of an address, and of a port's service", function* ({ wait }) {
    const { host, service } = yield* wait(getnameinfo("127.0.0.1", 54_321));
    expect(host).toMatch(/localhost/);
    expect(service).toBe("54321");
  });

  both("an address without a name", function* ({ wait }) {
    // TEST-NET-1 (RFC 5737): where there are name servers they do not know it, and where there are none nobody does.
    const error = (yield* caught(wait(getnameinfo("192.0.2.77", 80)))) as HostLookupError;
    expect(error).toBeInstanceOf(HostLookupError);
    expect(error.host).toBe("192.0.2.77");
  });

  test.each<[unknown[], RegExp]>([
    [["localhost", 80], /not an address/],
    [[undefined], /not an address/],
    [["127.0.0.1", 70_000], /port/],
  ])("%j is refused", async (args, message) => {
    await expect(run(() => getnameinfo(...(args as [string])))).rejects.toThrow(message);
  });
});
