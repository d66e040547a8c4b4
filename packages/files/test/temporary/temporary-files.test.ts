import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname } from "node:path";
import { type Awaitable, call, cancelScope, run, type Scope } from "corio";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  BinaryFile,
  FileClosedError,
  FileNotFoundError,
  namedTemporaryFile,
  temporaryFile,
  TextFile,
  withNamedTemporaryFile,
  withTemporaryFile,
} from "../../src/index.ts";
import { cancelAtWait } from "../support/cancel-at.ts";
import { canCountDescriptors, openAfterSettling } from "../support/descriptors.ts";
import { both, caught } from "../support/dialects.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();
const before = process.env["TMPDIR"];

beforeEach(() => {
  process.env["TMPDIR"] = path(".");
});
afterEach(() => {
  if (before === undefined) delete process.env["TMPDIR"];
  else process.env["TMPDIR"] = before;
});

const listeners = (): number => process.listenerCount("exit");
let listenersBefore = 0;
beforeEach(() => {
  listenersBefore = listeners();
});

both("a file without a name keeps what is written, and nobody sees it", function* ({ wait }) {
  const file = yield* wait(temporaryFile());
  expect(file).toBeInstanceOf(BinaryFile);
  yield* wait(file.write(Buffer.from("bytes")));
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).toString()).toBe("bytes");
  expect(readdirSync(path("."))).toEqual([]);
  const text = yield* wait(temporaryFile("w+", { encoding: "utf-16le", newline: "\r\n" }));
  expect(text).toBeInstanceOf(TextFile);
  yield* wait(text.write("é\n"));
  yield* wait(text.flush());
  expect(statSync(`/proc/self/fd/${text.fileno()}`, { throwIfNoEntry: false })?.size ?? 6).toBe(6);
  yield* wait(text.seek(0));
  expect(yield* wait(text.read())).toBe("é\r\n");
  const log = yield* wait(temporaryFile("a+b"));
  yield* wait(log.write(Buffer.from("one")));
  yield* wait(log.seek(0));
  yield* wait(log.write(Buffer.from("two")));
  yield* wait(log.seek(0));
  expect((yield* wait(log.read())).toString()).toBe("onetwo");
});

both(
  "a file with a name can be opened by it, by its owner only, until it is closed",
  function* ({ wait, fn }) {
    const file = yield* wait(namedTemporaryFile("w+", { prefix: "pre-", suffix: ".txt" }));
    expect(dirname(file.name)).toBe(path("."));
    expect(file.name).toMatch(/\/pre-[0-9a-f]{24}\.txt$/);
    expect(lstatSync(file.name).mode & 0o7777).toBe(0o600);
    yield* wait(file.write("content"));
    yield* wait(file.flush());
    expect(readFileSync(file.name, "utf8")).toBe("content");
    yield* wait(file.close());
    expect(readdirSync(path("."))).toEqual([]);
    yield* wait(file.close());
    expect(yield* caught(wait(file.write("x")))).toBeInstanceOf(FileClosedError);
    let name = "";
    const value = yield* wait(
      withNamedTemporaryFile(
        fn(function* (inner: BinaryFile) {
          name = inner.name;
          yield* wait(inner.write(Buffer.from("x")));
          return 42;
        }),
      ),
    );
    expect(value).toBe(42);
    expect(existsSync(name)).toBe(false);
  },
);

both("its name stays until the scope ends, or for good, where asked", function* ({ wait, fn }) {
  const names: string[] = [];
  yield* wait(
    cancelScope(
      fn(function* (_scope: Scope) {
        for (const remove of ["scope", "never"] as const) {
          const file = yield* wait(namedTemporaryFile("wb", { remove }));
          names.push(file.name);
          yield* wait(file.write(Buffer.from(remove)));
          yield* wait(file.close());
          expect(readFileSync(file.name, "utf8")).toBe(remove);
        }
      }),
    ),
  );
  expect(names.map((name) => existsSync(name))).toEqual([false, true]);
  expect(listeners()).toBe(listenersBefore);
});

both("it goes with the scope: by its end, a failure, a cancellation", function* ({ wait, fn }) {
  for (const end of ["return", "failure", "cancel"]) {
    const block = cancelScope(
      fn(function* (scope: Scope) {
        const file = yield* wait(namedTemporaryFile());
        yield* wait(file.write(Buffer.from("x")));
        expect(readdirSync(path("."))).toHaveLength(1);
        if (end === "failure") throw new Error("mine");
        if (end === "cancel") scope.cancel();
        yield* wait(file.flush());
      }),
    );
    if (end === "failure") expect(yield* caught(wait(block))).toMatchObject({ message: "mine" });
    else yield* wait(block);
    expect(readdirSync(path("."))).toEqual([]);
  }
  expect(listeners()).toBe(listenersBefore);
});

both("the blocks give what their bodies give", function* ({ wait, fn }) {
  const text = yield* wait(
    withTemporaryFile(
      "w+",
      { newline: "" },
      fn(function* (file: TextFile) {
        yield* wait(file.write("a\r\n"));
        yield* wait(file.seek(0));
        return yield* wait(file.read());
      }),
    ),
  );
  expect(text).toBe("a\r\n");
  expect(yield* wait(withTemporaryFile("wb", (file) => file.mode))).toBe("wb");
});

both("somebody who takes or removes the name takes it over", function* ({ wait }) {
  const moved = yield* wait(namedTemporaryFile());
  renameSync(moved.name, path("theirs"));
  yield* wait(moved.close());
  const removed = yield* wait(namedTemporaryFile());
  rmSync(removed.name);
  yield* wait(removed.close());
  expect(readdirSync(path("."))).toEqual(["theirs"]);
});

both("goes where it is told to; what makes no sense is refused before", function* ({ wait }) {
  mkdirSync(path("d"));
  const file = yield* wait(namedTemporaryFile("wb", { dir: path("d") }));
  expect(dirname(file.name)).toBe(path("d"));
  const refused: Awaitable<unknown>[] = [
    namedTemporaryFile("wb", { prefix: "../x" }),
    namedTemporaryFile("wb", { suffix: "a/b" }),
    namedTemporaryFile("wb", { remove: "later" as never }),
    temporaryFile("rb"),
    namedTemporaryFile("r"),
  ];
  for (const one of refused) expect(yield* caught(wait(one))).toBeInstanceOf(TypeError);
  expect(yield* caught(wait(namedTemporaryFile("w", { encoding: "none" })))).toBeInstanceOf(Error);
  for (const make of [temporaryFile, namedTemporaryFile]) {
    const error = yield* caught(wait(make("wb", { dir: path("none") })));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect((error as FileNotFoundError).path).toContain(path("none"));
  }
  expect(readdirSync(path("."))).toEqual(["d"]);
  expect(tmpdir()).toBe(path("."));
});

test("cancelled anywhere, neither a name nor a descriptor is left", async () => {
  writeFileSync(path("before"), "");
  for (const make of [
    () => withNamedTemporaryFile((file) => file.write(Buffer.alloc(100_000))),
    () => withTemporaryFile((file) => file.write(Buffer.alloc(100_000))),
    () =>
      call(function* () {
        const file = yield* namedTemporaryFile("wb", { remove: "scope" });
        yield* file.write(Buffer.alloc(100_000));
        yield* file.close();
      }),
  ]) {
    for (let n = 1; ; n++) {
      const { reached } = await run(() => call(cancelAtWait, n, make as never));
      if (canCountDescriptors) expect(await openAfterSettling(path("."))).toEqual([]);
      while (readdirSync(path(".")).length > 1) await new Promise((resolve) => setImmediate(resolve));
      if (!reached) break;
      expect(n).toBeLessThan(30);
    }
  }
  expect(readdirSync(path("."))).toEqual(["before"]);
});
