// Resolver: what it remembers and for how long, who shares a look-up, who leaves one; and name servers asked directly.
import { cancelEverywhere, simulate } from "@corio/testing";
import { cancelScope, createTask, loopTime, run, sleep, taskGroup, timeout, TimeoutError } from "corio";
import { describe, expect, test } from "vitest";
import {
  HostLookupError,
  HostNotFoundError,
  openConnection,
  Resolver,
  ResolverClosedError,
  type ResolverOptions,
} from "../../src/index.ts";
import { both, caught, type Dialect, dialects } from "../support/dialects.ts";
import { FakeNetwork, type FakeName } from "../support/fake-network.ts";
import { leavesNothingOpen } from "../support/leaks.ts";
import { nameServer } from "../support/name-server.ts";

leavesNothingOpen();

interface Simulated extends Dialect {
  readonly network: FakeNetwork;
  /** How often a name was asked for. */
  readonly asked: (name: string) => number;
}

/** In both dialects and in virtual time, on a network that knows these names. */
function simulated(
  sentence: string,
  names: Readonly<Record<string, FakeName>>,
  body: (context: Simulated) => Generator<unknown, unknown>,
): void {
  for (const dialect of dialects) {
    test(`${sentence} (${dialect.name})`, async () => {
      const network = new FakeNetwork({}, names);
      const asked = (name: string): number =>
        network.log.filter((line) => line.endsWith(`begin lookup ${name}`)).length;
      await simulate(
        dialect.fn(() => body({ ...dialect, network, asked })),
        { network },
      );
      expect(network.pending).toBe(0);
    });
  }
}

const v4 = (address: string) => ({ address, family: 4 });

describe("what is remembered", () => {
  simulated(
    "an answer, for its time",
    { name: { after: 5, addresses: ["192.0.2.1"] } },
    function* ({ wait, asked }) {
      const resolver = new Resolver({ maxAge: 1000 });
      expect(yield* wait(resolver.lookup("name"))).toEqual([v4("192.0.2.1")]);
      yield* wait(sleep(999));
      expect(yield* wait(resolver.lookup("NAME"))).toEqual([v4("192.0.2.1")]);
      expect(asked("name")).toBe(1);
      yield* wait(sleep(1));
      yield* wait(resolver.lookup("name"));
      expect(asked("name")).toBe(2);
      expect(resolver.statistics()).toEqual({
        entries: 1,
        pending: 0,
        hits: 1,
        misses: 2,
        shared: 0,
        failures: 0,
        evictions: 0,
      });
    },
  );

  simulated("by its family", { name: { addresses: ["192.0.2.1", "::1"] } }, function* ({ wait, network }) {
    const resolver = new Resolver();
    expect(yield* wait(resolver.lookup("name"))).toHaveLength(2);
    expect(yield* wait(resolver.lookup("name", { family: 4 }))).toEqual([v4("192.0.2.1")]);
    expect(network.log).toContain("0 begin lookup name 4");
    expect(resolver.statistics().entries).toBe(2);
  });

  simulated("that a name does not exist, for a shorter time", {}, function* ({ wait, asked }) {
    const resolver = new Resolver({ negativeMaxAge: 100 });
    const first = yield* caught(wait(resolver.lookup("none")));
    const second = yield* caught(wait(resolver.lookup("none")));
    expect([first, second].map((error) => (error as HostLookupError).constructor)).toEqual([
      HostNotFoundError,
      HostNotFoundError,
    ]);
    expect((second as HostLookupError).code).toBe("ENOTFOUND");
    expect(first).not.toBe(second);
    expect(asked("none")).toBe(1);
    yield* wait(sleep(100));
    yield* caught(wait(resolver.lookup("none")));
    expect(asked("none")).toBe(2);
    expect(resolver.statistics()).toMatchObject({ failures: 2, hits: 1 });
  });

  simulated(
    "not that it could not be found out",
    { name: { code: "EAI_AGAIN" } },
    function* ({ wait, asked, network }) {
      const resolver = new Resolver();
      const error = (yield* caught(wait(resolver.lookup("name")))) as HostLookupError;
      expect([error.constructor, error.code]).toEqual([HostLookupError, "EAI_AGAIN"]);
      network.names.set("name", { addresses: ["192.0.2.1"] });
      expect(yield* wait(resolver.lookup("name"))).toHaveLength(1);
      expect(asked("name")).toBe(2);
    },
  );

  simulated(
    "no more names than are wanted: what was not asked for longest goes",
    { a: { addresses: ["192.0.2.1"] }, b: { addresses: ["192.0.2.2"] }, c: { addresses: ["192.0.2.3"] } },
    function* ({ wait, asked }) {
      const resolver = new Resolver({ maxEntries: 2 });
      for (const name of ["a", "b", "a", "c", "a", "b"]) yield* wait(resolver.lookup(name));
      expect([asked("a"), asked("b"), asked("c")]).toEqual([1, 2, 1]);
      expect(resolver.statistics()).toMatchObject({ entries: 2, evictions: 2, hits: 2 });
    },
  );

  simulated("nothing, if so wanted", { name: { addresses: ["192.0.2.1"] } }, function* ({ wait, asked }) {
    for (const options of [{ maxEntries: 0 }, { maxAge: 0 }]) {
      const resolver = new Resolver(options);
      yield* wait(resolver.lookup("name"));
      yield* wait(resolver.lookup("name"));
      expect(resolver.statistics()).toMatchObject({ entries: 0, misses: 2 });
    }
    expect(asked("name")).toBe(4);
  });

  simulated(
    "until it is to be forgotten",
    { name: { addresses: ["192.0.2.1"] } },
    function* ({ wait, asked }) {
      const resolver = new Resolver();
      yield* wait(resolver.lookup("name"));
      resolver.clear("other");
      yield* wait(resolver.lookup("name"));
      expect(asked("name")).toBe(1);
      resolver.clear("Name");
      yield* wait(resolver.lookup("name"));
      resolver.clear();
      yield* wait(resolver.lookup("name"));
      expect(asked("name")).toBe(3);
    },
  );

  simulated("addresses ask nobody", {}, function* ({ wait, network }) {
    const resolver = new Resolver();
    expect(yield* wait(resolver.lookup("192.0.2.1"))).toEqual([v4("192.0.2.1")]);
    expect(network.log).toEqual([]);
  });

  test("for one clock: another simulation begins anew", async () => {
    const resolver = new Resolver();
    for (const address of ["192.0.2.1", "192.0.2.2"]) {
      const network = new FakeNetwork({}, { name: { addresses: [address] } });
      await simulate(
        async () => {
          expect(await resolver.lookup("name")).toEqual([v4(address)]);
          expect(await resolver.lookup("name")).toEqual([v4(address)]);
        },
        { network },
      );
    }
    expect(resolver.statistics()).toMatchObject({ misses: 2, hits: 2, entries: 1 });
  });

  simulated(
    "openConnection uses it",
    { name: { addresses: ["192.0.2.1"] } },
    function* ({ wait, network, asked }) {
      network.addresses.set("192.0.2.1", { code: "ECONNREFUSED" });
      const resolver = new Resolver();
      for (let i = 0; i < 3; i++) yield* caught(wait(openConnection("name", 80, { resolver })));
      expect(asked("name")).toBe(1);
      expect(network.requests.length).toBe(3);
    },
  );
});

describe("a look-up under way", () => {
  const slow = { name: { after: 100, addresses: ["192.0.2.1"] } };

  simulated("is shared by all who ask", slow, function* ({ wait, fn, asked }) {
    const resolver = new Resolver();
    const tasks = Array.from({ length: 10 }, () =>
      createTask(
        fn(function* () {
          return yield* wait(resolver.lookup("name"));
        }),
      ),
    );
    yield* wait(sleep(50));
    expect(resolver.statistics()).toMatchObject({ pending: 1, misses: 1, shared: 9 });
    for (const task of tasks) expect(yield* wait(task.join())).toEqual([v4("192.0.2.1")]);
    expect(asked("name")).toBe(1);
    expect(loopTime()).toBe(100);
  });

  simulated(
    "fails for all, each with an error of its own",
    { name: { after: 10, code: "EAI_AGAIN" } },
    function* ({ wait, fn }) {
      const resolver = new Resolver();
      const errors: unknown[] = [];
      yield* wait(
        taskGroup(
          fn(function* (group: { spawn: (fn: () => unknown) => unknown }): Generator<unknown, void> {
            for (let i = 0; i < 3; i++) {
              group.spawn(
                fn(function* () {
                  errors.push(yield* caught(wait(resolver.lookup("name"))));
                }),
              );
            }
          }),
        ),
      );
      expect(new Set(errors).size).toBe(3);
      expect(errors.every((error) => error instanceof HostLookupError)).toBe(true);
    },
  );

  simulated("survives that the one who began it is cancelled", slow, function* ({ wait, fn, asked }) {
    const resolver = new Resolver();
    const look = fn(function* () {
      return yield* wait(resolver.lookup("name"));
    });
    const first = createTask(look);
    const second = createTask(look);
    yield* wait(sleep(50));
    first.cancel();
    expect(yield* wait(second.join())).toEqual([v4("192.0.2.1")]);
    expect(loopTime()).toBe(100);
    expect(asked("name")).toBe(1);
  });

  simulated("is undone when the last one has left", slow, function* ({ wait, fn, network }) {
    const resolver = new Resolver();
    const look = fn(function* () {
      return yield* wait(resolver.lookup("name"));
    });
    const tasks = [createTask(look), createTask(look)];
    yield* wait(sleep(10));
    tasks[0]!.cancel();
    yield* wait(sleep(10));
    expect(network.pending).toBe(1);
    tasks[1]!.cancel();
    yield* wait(sleep(10));
    expect(network.pending).toBe(0);
    expect(network.log.at(-1)).toBe("20 undo lookup name");
    expect(resolver.statistics()).toMatchObject({ pending: 0, entries: 0, failures: 0 });
    expect(yield* wait(resolver.lookup("name"))).toHaveLength(1);
  });

  simulated("of the same name with another family is another", slow, function* ({ wait, fn, network }) {
    const resolver = new Resolver();
    const tasks = ([0, 4] as const).map((family) =>
      createTask(
        fn(function* () {
          return yield* wait(resolver.lookup("name", { family }));
        }),
      ),
    );
    yield* wait(sleep(1));
    expect(network.pending).toBe(2);
    for (const task of tasks) yield* wait(task.join());
  });

  test("cancelled at every moment, nothing is left, and the next one is answered", async () => {
    const network = new FakeNetwork({}, slow);
    const found = await cancelEverywhere(
      () => {
        const resolver = new Resolver();
        return {
          body: async () => {
            await taskGroup(async (group) => {
              for (let i = 0; i < 3; i++) group.spawn(() => resolver.lookup("name"));
            });
          },
          check: async () => {
            expect(network.pending).toBe(0);
            expect(resolver.statistics().pending).toBe(0);
            expect(await resolver.lookup("name")).toHaveLength(1);
          },
        };
      },
      { network },
    );
    expect(found.steps).toBeGreaterThan(5);
  });
});

describe("closed", () => {
  simulated(
    "who waits is told, and later ones too",
    { name: { after: 100 } },
    function* ({ wait, fn, network }) {
      const resolver = new Resolver();
      const look = fn(function* () {
        return yield* caught(wait(resolver.lookup("name")));
      });
      const tasks = [createTask(look), createTask(look)];
      yield* wait(sleep(10));
      resolver.close();
      expect(network.pending).toBe(0);
      const errors = [yield* wait(tasks[0]!.join()), yield* wait(tasks[1]!.join())];
      errors.push(yield* caught(wait(resolver.lookup("name"))));
      expect(errors.map((error) => (error as { code: string }).code)).toEqual(
        new Array(3).fill("ERR_RESOLVER_CLOSED"),
      );
      expect(errors.every((error) => error instanceof ResolverClosedError)).toBe(true);
      expect(new Set(errors).size).toBe(3);
      resolver.close();
    },
  );

  simulated("by the scope that uses it", {}, function* ({ wait, fn }) {
    let kept: Resolver | undefined;
    yield* wait(
      cancelScope(
        fn(function* (scope: { use: (resolver: Resolver) => Resolver }): Generator<unknown, void> {
          kept = scope.use(new Resolver());
        }),
      ),
    );
    expect(yield* caught(wait(kept!.lookup("name")))).toBeInstanceOf(ResolverClosedError);
  });
});

describe("options that cannot be", () => {
  test.each<[ResolverOptions, RegExp]>([
    [{ via: "pigeon" as never }, /via/],
    [{ servers: ["127.0.0.1"] }, /via: "dns"/],
    [{ via: "dns", servers: ["not an address"] }, /servers/],
    [{ maxEntries: -1 }, /maxEntries/],
    [{ maxAge: Number.NaN }, /maxAge/],
    [{ negativeMaxAge: -1 }, /negativeMaxAge/],
    [{ timeout: 0 }, /timeout/],
    [{ tries: 0 }, /tries/],
  ])("%o", (options, message) => {
    expect(() => new Resolver(options)).toThrow(message);
  });
});

describe("name servers asked directly", () => {
  both("both families at the same time, IPv6 first", function* ({ wait }) {
    const server = yield* wait(nameServer({ "two.test": { addresses: ["192.0.2.1", "::5", "192.0.2.2"] } }));
    const resolver = new Resolver({ via: "dns", servers: [server.address] });
    expect(yield* wait(resolver.lookup("two.test"))).toEqual([
      { address: "::5", family: 6 },
      v4("192.0.2.1"),
      v4("192.0.2.2"),
    ]);
    expect(server.asked.toSorted()).toEqual(["A two.test", "AAAA two.test"]);
    expect(yield* wait(resolver.lookup("two.test", { family: 6 }))).toHaveLength(1);
    expect(server.asked).toHaveLength(3);
  });

  both("an answer is kept no longer than the server says", function* ({ wait }) {
    const server = yield* wait(nameServer({ "zero.test": { addresses: ["192.0.2.1"], ttl: 0 } }));
    const resolver = new Resolver({ via: "dns", servers: [server.address], maxAge: 1e9 });
    yield* wait(resolver.lookup("zero.test", { family: 4 }));
    yield* wait(resolver.lookup("zero.test", { family: 4 }));
    expect(server.asked).toHaveLength(2);
    server.zones.set("zero.test", { addresses: ["192.0.2.1"], ttl: 1000 });
    yield* wait(resolver.lookup("zero.test", { family: 4 }));
    yield* wait(resolver.lookup("zero.test", { family: 4 }));
    expect(server.asked).toHaveLength(3);
  });

  both("a name that is not, one without addresses, a server that fails", function* ({ wait }) {
    const server = yield* wait(
      nameServer({
        "empty.test": {},
        "broken.test": { rcode: 2 },
        "half.test": { addresses: ["192.0.2.1"], rcodes: { AAAA: 2 } },
        "doubt.test": { rcodes: { A: 2 } },
      }),
    );
    const resolver = new Resolver({ via: "dns", servers: [server.address], tries: 1 });
    const told = function* (name: string): Generator<unknown, [unknown, string]> {
      const error = (yield* caught(wait(resolver.lookup(name)))) as HostLookupError;
      return [error.constructor, error.code];
    };
    expect(yield* told("none.test")).toEqual([HostNotFoundError, "ENOTFOUND"]);
    expect(yield* told("empty.test")).toEqual([HostNotFoundError, "ENODATA"]);
    expect(yield* told("broken.test")).toEqual([HostLookupError, "ESERVFAIL"]);
    expect(yield* wait(resolver.lookup("half.test"))).toEqual([v4("192.0.2.1")]);
    // No AAAA for sure, but who knows about A?
    expect(yield* told("doubt.test")).toEqual([HostLookupError, "ESERVFAIL"]);
    expect(resolver.statistics().entries).toBe(3);
  });

  both("a server that stays silent", function* ({ wait }) {
    const server = yield* wait(nameServer({ "silent.test": { silent: ["A", "AAAA"] } }));
    const resolver = new Resolver({ via: "dns", servers: [server.address], timeout: 20, tries: 1 });
    const error = (yield* caught(wait(resolver.lookup("silent.test")))) as HostLookupError;
    expect([error.constructor, error.code]).toEqual([HostLookupError, "ETIMEOUT"]);
  });

  both("a cancelled question is withdrawn: nothing is left of it", function* ({ wait, fn }) {
    const server = yield* wait(nameServer({ "silent.test": { silent: ["A", "AAAA"] } }));
    const resolver = new Resolver({ via: "dns", servers: [server.address], timeout: 1e6 });
    const error = yield* caught(
      wait(
        timeout(
          10,
          fn(function* () {
            yield* wait(resolver.lookup("silent.test"));
          }),
        ),
      ),
    );
    expect(error).toBeInstanceOf(TimeoutError);
    expect(resolver.statistics().pending).toBe(0);
  });

  both("localhost is this machine, and nobody is asked", function* ({ wait }) {
    const server = yield* wait(nameServer({}));
    const resolver = new Resolver({ via: "dns", servers: [server.address] });
    expect(yield* wait(resolver.lookup("localhost"))).toEqual([
      { address: "::1", family: 6 },
      v4("127.0.0.1"),
    ]);
    expect(yield* wait(resolver.lookup("App.LocalHost.", { family: 4 }))).toEqual([v4("127.0.0.1")]);
    expect(server.asked).toEqual([]);
  });

  test("closing ends what is under way", async () => {
    await run(async () => {
      const server = await nameServer({ "silent.test": { silent: ["A", "AAAA"] } });
      const resolver = new Resolver({ via: "dns", servers: [server.address], timeout: 1e6 });
      const task = createTask(() => resolver.lookup("silent.test"));
      while (server.asked.length < 2) await sleep(0);
      resolver.close();
      await expect((async () => await task.join())()).rejects.toThrow(ResolverClosedError);
    });
  });
});
