// Happy eyeballs in virtual time: which address is tried when, who wins, and that nothing is left of the others.
import { cancelEverywhere, simulate } from "@corio/testing";
import {
  call,
  CancelledError,
  cancelScope,
  loopTime,
  moveOnAfter,
  sleep,
  taskGroup,
  timeout,
  TimeoutError,
} from "corio";
import type { Transport } from "corio/lowlevel";
import { describe, expect, test } from "vitest";
import {
  AddressNotAvailableError,
  ConnectError,
  ConnectionRefusedError,
  ConnectTimeoutError,
  HostLookupError,
  HostNotFoundError,
  HostUnreachableError,
} from "../../src/errors.ts";
import { connectToHost, type HostTarget } from "../../src/network/connect-to-host.ts";
import { interleave } from "../../src/network/happy-eyeballs.ts";
import { bothSimulated, caught } from "../support/dialects.ts";
import { FakeNetwork } from "../support/fake-network.ts";

const connect = (network: FakeNetwork, target: Partial<HostTarget> = {}) =>
  call(connectToHost, network, { host: "name", port: 80, ...target });

const addressOf = (transport: Transport): string => (transport.remoteAddress as { host: string }).host;

const named = (...addresses: string[]) => ({ name: { addresses } });

describe("the order", () => {
  test("changes the family each time while there are both, and is kept within a family (RFC 8305, 4)", () => {
    const mixed = (...addresses: string[]): string[] =>
      interleave(addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }))).map(
        ({ address }) => address,
      );
    expect(mixed("::1", "::2", "::3", "1.1.1.1", "1.1.1.2")).toEqual([
      "::1",
      "1.1.1.1",
      "::2",
      "1.1.1.2",
      "::3",
    ]);
    expect(mixed("1.1.1.1", "1.1.1.2", "::1")).toEqual(["1.1.1.1", "::1", "1.1.1.2"]);
    expect(mixed("1.1.1.1", "1.1.1.2")).toEqual(["1.1.1.1", "1.1.1.2"]);
    expect(mixed()).toEqual([]);
  });

  bothSimulated(
    "an attempt begins 250 ms after the one before, and the first that answers wins",
    function* ({ wait }) {
      const network = new FakeNetwork(
        { "::1": "silent", "1.1.1.1": { after: 600 }, "::2": { after: 100 } },
        named("::1", "::2", "1.1.1.1"),
      );
      const transport = yield* wait(connect(network));
      expect(addressOf(transport)).toBe("::2");
      expect(network.log).toEqual([
        "0 begin lookup name",
        "0 end lookup name",
        "0 begin ::1",
        "250 begin 1.1.1.1",
        "500 begin ::2",
        "600 end ::2",
        "600 undo ::1",
        "600 undo 1.1.1.1",
      ]);
      expect([...network.open]).toEqual([transport]);
      expect(network.pending).toBe(0);
    },
  );

  bothSimulated("the next begins at once when one fails", function* ({ wait }) {
    const network = new FakeNetwork(
      { "::1": { after: 10, code: "ECONNREFUSED" }, "1.1.1.1": { after: 5 } },
      named("::1", "1.1.1.1"),
    );
    const transport = yield* wait(connect(network));
    expect(addressOf(transport)).toBe("1.1.1.1");
    expect(loopTime()).toBe(15);
  });

  bothSimulated("without a delay the next begins only when one has failed", function* ({ wait }) {
    const network = new FakeNetwork(
      { "::1": { after: 5000, code: "ETIMEDOUT" }, "1.1.1.1": { after: 5 } },
      named("::1", "1.1.1.1"),
    );
    yield* wait(connect(network, { happyEyeballsDelay: null }));
    expect(network.log).toContain("5000 begin 1.1.1.1");
  });

  bothSimulated("the delay may be another", function* ({ wait }) {
    const network = new FakeNetwork({ "::1": "silent", "1.1.1.1": {} }, named("::1", "1.1.1.1"));
    yield* wait(connect(network, { happyEyeballsDelay: 20 }));
    expect(loopTime()).toBe(20);
  });

  bothSimulated("an earlier attempt may still win after a later one has begun", function* ({ wait }) {
    const network = new FakeNetwork(
      { "::1": { after: 400 }, "1.1.1.1": { after: 400 } },
      named("::1", "1.1.1.1"),
    );
    expect(addressOf(yield* wait(connect(network)))).toBe("::1");
    expect(network.log.at(-1)).toBe("400 undo 1.1.1.1");
  });

  bothSimulated("of two that answer in the same moment one is aborted", function* ({ wait }) {
    const network = new FakeNetwork(
      { "::1": { after: 300 }, "1.1.1.1": { after: 50 } },
      named("::1", "1.1.1.1"),
    );
    const transport = yield* wait(connect(network));
    expect(network.open).toEqual(new Set([transport]));
    expect(network.pending).toBe(0);
    expect(network.log.slice(-3)).toEqual(["300 end ::1", "300 end 1.1.1.1", "300 abort 1.1.1.1"]);
  });

  bothSimulated("only the wanted family is tried", function* ({ wait }) {
    const network = new FakeNetwork({ "1.1.1.1": {} }, named("::1", "1.1.1.1"));
    expect(addressOf(yield* wait(connect(network, { family: 4 })))).toBe("1.1.1.1");
    expect(network.requests.length).toBe(1);
    expect(network.log[0]).toBe("0 begin lookup name 4");
  });

  bothSimulated("an address is not looked up", function* ({ wait }) {
    const network = new FakeNetwork({ "::1": {}, "1.1.1.1": {} });
    yield* wait(connect(network, { host: "::1" }));
    yield* wait(connect(network, { host: "1.1.1.1" }));
    expect(network.log.filter((line) => line.includes("lookup"))).toEqual([]);
    const error = yield* caught(wait(connect(network, { host: "1.1.1.1", family: 6 })));
    expect(error).toBeInstanceOf(HostNotFoundError);
  });
});

describe("the local address", () => {
  bothSimulated(
    "is bound for addresses of its family, and others are not tried (test_events EventLoopTestsMixin.test_create_connection_local_addr_skip_different_family)",
    function* ({ wait }) {
      const network = new FakeNetwork({ "1.1.1.1": {}, "::1": {} }, named("::1", "1.1.1.1"));
      yield* wait(connect(network, { localAddress: "10.0.0.1" }));
      expect(network.requests).toEqual([
        { to: { host: "1.1.1.1", port: 80 }, from: { host: "10.0.0.1", port: undefined } },
      ]);
      network.requests.length = 0;
      yield* wait(connect(network, { localAddress: { host: "::5", port: 9 } }));
      expect(network.requests).toEqual([{ to: { host: "::1", port: 80 }, from: { host: "::5", port: 9 } }]);
    },
  );

  bothSimulated("may be a name, and only a port", function* ({ wait }) {
    const network = new FakeNetwork(
      { "1.1.1.1": {} },
      { ...named("1.1.1.1"), me: { addresses: ["::7", "10.0.0.7"] } },
    );
    yield* wait(connect(network, { localAddress: "me" }));
    yield* wait(connect(network, { localAddress: { port: 4000 } }));
    expect(network.requests.map((request) => request.from)).toEqual([
      { host: "10.0.0.7", port: undefined },
      { port: 4000 },
    ]);
  });

  bothSimulated(
    "of another family than every address is an error (test_events EventLoopTestsMixin.test_create_connection_local_addr_nomatch_family)",
    function* ({ wait }) {
      const network = new FakeNetwork({}, named("1.1.1.1"));
      const error = (yield* caught(wait(connect(network, { localAddress: "::5" })))) as ConnectError;
      expect(error).toBeInstanceOf(AddressNotAvailableError);
      expect(error.code).toBe("EADDRNOTAVAIL");
      expect(network.requests).toEqual([]);
    },
  );
});

describe("failures", () => {
  bothSimulated("one address: the error is its own", function* ({ wait }) {
    const network = new FakeNetwork({ "1.1.1.1": { code: "ECONNREFUSED" } }, named("1.1.1.1"));
    const error = (yield* caught(wait(connect(network)))) as ConnectError;
    expect(error).toBeInstanceOf(ConnectionRefusedError);
    expect(error.message).toBe("Cannot connect to 1.1.1.1:80: nothing listens there (ECONNREFUSED)");
    expect(error.attempts).toEqual([]);
    expect((error.cause as NodeJS.ErrnoException).code).toBe("ECONNREFUSED");
  });

  bothSimulated(
    "several: one error with what each address said, in the order of the addresses (test_base_events BaseEventLoopWithSelectorTests.test_create_connection_multiple_errors)",
    function* ({ wait }) {
      const network = new FakeNetwork(
        {
          "::1": { after: 300, code: "EHOSTUNREACH" },
          "1.1.1.1": { code: "ECONNREFUSED" },
          "::2": { after: 1, code: "ENETUNREACH" },
        },
        named("::1", "::2", "1.1.1.1"),
      );
      const error = (yield* caught(wait(connect(network)))) as ConnectError;
      // The machine was found at one of them: that says more than the others.
      expect(error).toBeInstanceOf(ConnectionRefusedError);
      expect(error.code).toBe("ECONNREFUSED");
      expect(error.address).toBe("name:80");
      expect(error.message).toBe(
        "Cannot connect to name:80: nothing listens there (ECONNREFUSED); " +
          "tried [::1]:80 EHOSTUNREACH, 1.1.1.1:80 ECONNREFUSED, [::2]:80 ENETUNREACH",
      );
      expect(error.attempts.map((attempt) => [attempt.constructor, attempt.address])).toEqual([
        [HostUnreachableError, "[::1]:80"],
        [ConnectionRefusedError, "1.1.1.1:80"],
        [HostUnreachableError, "[::2]:80"],
      ]);
      expect((error.cause as AggregateError).errors).toEqual(error.attempts);
    },
  );

  bothSimulated("each kind has its class and the system's code", function* ({ wait }) {
    const kinds: readonly [string, unknown][] = [
      ["ECONNREFUSED", ConnectionRefusedError],
      ["EHOSTUNREACH", HostUnreachableError],
      ["ENETUNREACH", HostUnreachableError],
      ["EHOSTDOWN", HostUnreachableError],
      ["ETIMEDOUT", ConnectTimeoutError],
      ["EADDRNOTAVAIL", AddressNotAvailableError],
      ["EMFILE", ConnectError],
      ["ESTRANGE", ConnectError],
    ];
    for (const [code, kind] of kinds) {
      const network = new FakeNetwork({ "1.1.1.1": { code } });
      const error = (yield* caught(wait(connect(network, { host: "1.1.1.1" })))) as ConnectError;
      expect([error.constructor, error.code, error.name]).toEqual([
        kind,
        code,
        (kind as { name: string }).name,
      ]);
    }
  });

  bothSimulated("a name that is not known, or could not be looked up", function* ({ wait }) {
    const network = new FakeNetwork({}, { again: { code: "EAI_AGAIN" }, empty: { addresses: [] } });
    const unknown = (yield* caught(wait(connect(network, { host: "unknown" })))) as HostLookupError;
    expect(unknown).toBeInstanceOf(HostNotFoundError);
    expect([unknown.code, unknown.host]).toEqual(["ENOTFOUND", "unknown"]);
    const again = (yield* caught(wait(connect(network, { host: "again" })))) as HostLookupError;
    expect(again.constructor).toBe(HostLookupError);
    expect(again.code).toBe("EAI_AGAIN");
    expect(yield* caught(wait(connect(network, { host: "empty" })))).toBeInstanceOf(HostNotFoundError);
  });
});

describe("the time limit", () => {
  bothSimulated("covers the look-up and all attempts", function* ({ wait }) {
    const network = new FakeNetwork(
      { "::1": "silent", "1.1.1.1": "silent" },
      { name: { after: 400, addresses: ["::1", "1.1.1.1"] } },
    );
    const error = (yield* caught(wait(connect(network, { connectTimeout: 1000 })))) as ConnectError;
    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect([error.code, error.message]).toEqual([
      "ETIMEDOUT",
      "Cannot connect to name:80: nobody answers within 1000 ms",
    ]);
    expect(loopTime()).toBe(1000);
    expect(network.pending).toBe(0);
  });

  bothSimulated("takes back a look-up", function* ({ wait }) {
    const network = new FakeNetwork({}, { name: { after: 9000 } });
    const error = yield* caught(wait(connect(network, { connectTimeout: 5 })));
    expect(error).toBeInstanceOf(ConnectTimeoutError);
    expect(network.log).toEqual(["0 begin lookup name", "5 undo lookup name"]);
  });

  bothSimulated("does not stand in for one further out", function* ({ wait, fn }) {
    const network = new FakeNetwork({ "1.1.1.1": "silent" }, named("1.1.1.1"));
    const within = fn(() => wait(connect(network, { connectTimeout: 5000 })));
    expect(yield* caught(wait(timeout(10, within)))).toBeInstanceOf(TimeoutError);
  });
});

describe("what cannot be", () => {
  test.each<[Partial<HostTarget>, RegExp]>([
    [{ port: 0 }, /0 as a port: it takes a whole number from 1 to 65535/],
    [{ port: 65_536 }, /port/],
    [{ port: 1.5 }, /port/],
    [{ host: "" }, /as a host/],
    [{ host: "a\0b" }, /as a host/],
    [{ host: undefined as never }, /undefined as a host/],
    [{ family: 5 as never }, /family/],
    [{ happyEyeballsDelay: -1 }, /happyEyeballsDelay/],
    [{ connectTimeout: Number.NaN }, /connectTimeout/],
    [{ localAddress: "" }, /as a host/],
    [{ localAddress: { port: -1 } }, /port/],
  ])("%o is said before anything is done", async (target, message) => {
    const network = new FakeNetwork({}, named("1.1.1.1"));
    await simulate(async () => {
      await expect((async () => await connect(network, target))()).rejects.toThrow(message);
    });
    expect(network.log).toEqual([]);
  });
});

describe("cancelled", () => {
  const scenarios: Record<string, () => FakeNetwork> = {
    "while others still try": () =>
      new FakeNetwork(
        { "::1": { after: 900 }, "1.1.1.1": { after: 600 }, "::2": { after: 90, code: "ECONNREFUSED" } },
        { name: { after: 5, addresses: ["::1", "::2", "1.1.1.1"] } },
      ),
    "while two answer in the same moment": () =>
      new FakeNetwork({ "::1": { after: 300 }, "1.1.1.1": { after: 50 } }, named("::1", "1.1.1.1")),
    "when all fail": () =>
      new FakeNetwork(
        { "::1": { after: 20, code: "ENETUNREACH" }, "1.1.1.1": { after: 20, code: "ECONNREFUSED" } },
        named("::1", "1.1.1.1"),
      ),
  };
  for (const [what, make] of Object.entries(scenarios)) {
    for (const dialect of ["coroutine", "async"] as const) {
      test(`${what}, at every step, nothing is left (${dialect})`, async () => {
        const found = await cancelEverywhere(() => {
          const network = make();
          const use = (transport: Transport): void => transport.close();
          return {
            body:
              dialect === "async"
                ? async () => {
                    try {
                      use(await connect(network));
                    } catch (error) {
                      if (!(error instanceof ConnectError)) throw error;
                    }
                  }
                : function* () {
                    try {
                      use(yield* connect(network));
                    } catch (error) {
                      if (!(error instanceof ConnectError)) throw error;
                    }
                  },
            check: () => {
              expect(network.open).toEqual(new Set());
              expect(network.pending).toBe(0);
            },
          };
        });
        expect(found.steps).toBeGreaterThan(5);
      });
    }
  }

  test("in any order of what is ready, nothing is left", async () => {
    for (let seed = 1; seed <= 200; seed++) {
      await simulate(
        async () => {
          const network = scenarios["while two answer in the same moment"]!();
          await moveOnAfter(300 + (seed % 3) - 1, async () => {
            (await connect(network)).close();
          });
          expect(network.open, `seed ${seed}`).toEqual(new Set());
          expect(network.pending).toBe(0);
        },
        { seed },
      );
    }
  });

  test("the reason arrives", async () => {
    await simulate(async () => {
      const network = new FakeNetwork({ "::1": "silent", "1.1.1.1": "silent" }, named("::1", "1.1.1.1"));
      let seen: unknown;
      await taskGroup(async (group) => {
        group.spawn(() =>
          cancelScope(async (scope) => {
            group.spawn(async () => {
              await sleep(600);
              scope.cancel("enough");
            });
            try {
              await connect(network);
            } catch (error) {
              seen = error;
              throw error;
            }
          }),
        );
      });
      expect(seen).toBeInstanceOf(CancelledError);
      expect((seen as CancelledError).reason).toBe("enough");
      expect(network.pending).toBe(0);
    });
  });
});
