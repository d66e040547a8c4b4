// Arguments of the wrong kind, as JavaScript gives them: each error says what was asked for and what was given, before anything is done.

import { describe, expect, test } from "vitest";
import { run, type Awaitable } from "corio";
import {
  copyToThreads,
  createDatagramEndpoint,
  createSubprocessExec,
  memoryStreams,
  moduleFunction,
  openConnection,
  Resolver,
  startServer,
  threadFunction,
  ThreadExecutor,
  toThread,
  transfer,
  withDatagramEndpoint,
  withServer,
} from "@corio/io";

const handler = (): void => {};
const here = import.meta.url;
const noList = 5 as never;

/** What is done, and how its error begins. */
const calls: Readonly<Record<string, readonly [(value: never) => unknown, string]>> = {
  "the options of a server": [
    (value) => startServer(handler, value),
    "Cannot start a server: expected its options, got",
  ],
  "the options of withServer": [
    (value) => withServer(handler, value, handler),
    "Cannot start a server: expected its options, got",
  ],
  "a callback of a server": [
    (value) => startServer(handler, { port: 0, onError: value }),
    "for onError: it takes a function",
  ],
  "the TLS of a client": [
    (value) => openConnection("127.0.0.1", 1, { tls: value }),
    "Cannot prepare TLS: a client takes true or an object, and got",
  ],
  "a resolver": [(value) => openConnection("127.0.0.1", 1, { resolver: value }), "it takes a Resolver"],
  "a resolver of datagrams": [(value) => createDatagramEndpoint({ resolver: value }), "it takes a Resolver"],
  "an end of datagrams": [
    (value) => createDatagramEndpoint({ local: value }),
    "for an end of datagrams: it takes { host, port }",
  ],
  "where a datagram goes": [
    (value) => withDatagramEndpoint({}, (endpoint) => endpoint.sendTo("x", value)),
    "expected { host, port }, got",
  ],
  "name servers": [
    (value) => new Resolver({ via: "dns", servers: value ?? noList }),
    "for servers: it takes a list of addresses",
  ],
  "the options of threads": [
    (value) => new ThreadExecutor({ resourceLimits: value }),
    "for resourceLimits: it takes an object",
  ],
  "arguments of threads": [
    (value) => new ThreadExecutor({ execArgv: value }),
    "for execArgv: it takes a list of arguments",
  ],
  "the scope of threads": [
    (value) => new ThreadExecutor({ scope: value ?? noList }),
    "it takes a scope, or null",
  ],
  "functions for a thread": [
    (value) => toThread({ functions: value }, handler),
    "it takes an object of functions",
  ],
  "a list to transfer": [(value) => transfer({}, value), "what moves is given as a list"],
  "the name of a function": [(value) => moduleFunction(here, value), "its name is a string, not"],
  "a function for threads": [(value) => threadFunction(here, value, "f"), "expected a function, got"],
  "a context variable": [(value) => copyToThreads(value), "it takes a ContextVar"],
  lines: [
    (value) => memoryStreams()[0].writer.writeLines(value),
    "Cannot write lines: expected pieces of text or bytes, got",
  ],
};

describe("what is given in place of", () => {
  for (const [what, [call, text]] of Object.entries(calls)) {
    test(what, async () => {
      for (const value of [null, 5]) {
        const outcome = run(async () => {
          await (call(value as never) as Awaitable<unknown>);
        });
        await expect(outcome, String(value)).rejects.toThrow(TypeError);
        const again = run(async () => {
          await (call(value as never) as Awaitable<unknown>);
        });
        await expect(again, String(value)).rejects.toThrow(text);
      }
    });
  }

  test("a function for threads, without a name either", () => {
    expect(() => threadFunction(here, undefined as never)).toThrow("expected a function, got undefined");
  });

  test("the name of a pipe", async () => {
    await run(async () => {
      const child = await createSubprocessExec("cat", [], { stdin: "pipe" });
      expect(() => child.closePipe("stdon" as never)).toThrow(
        'Cannot close the pipe stdon: it takes "stdin", "stdout" or "stderr"',
      );
      child.closePipe("stdin");
      await child.wait();
    });
  });
});
