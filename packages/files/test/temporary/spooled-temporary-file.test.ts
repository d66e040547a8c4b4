import { readdirSync, rmSync, mkdirSync } from "node:fs";
import { call, cancelScope, gather, run, type Scope } from "corio";
import { expect, test } from "vitest";
import {
  FileNotFoundError,
  spooledTemporaryFile,
  UnsupportedOperationError,
  withSpooledTemporaryFile,
  type BinaryFile,
  type Spooled,
} from "../../src/index.ts";
import { canCountDescriptors, openAfterSettling } from "../support/descriptors.ts";
import { both, caught } from "../support/dialects.ts";
import { Random } from "../support/random.ts";
import { tempFolder } from "../support/temp-folder.ts";

const path = tempFolder();

both("is in memory until it is too large, and the same file then", function* ({ wait }) {
  const file = yield* wait(spooledTemporaryFile("w+b", { maxSize: 10, dir: path("."), buffering: 0 }));
  yield* wait(file.write(Buffer.from("0123456789")));
  expect(file.rolled).toBe(false);
  expect(() => file.fileno()).toThrow(UnsupportedOperationError);
  yield* wait(file.seek(2));
  yield* wait(file.write(Buffer.from("xy")));
  expect([file.rolled, yield* wait(file.tell())]).toEqual([false, 4]);
  yield* wait(file.seek(0, 2));
  yield* wait(file.write(Buffer.from("!")));
  expect(file.rolled).toBe(true);
  expect(file.fileno()).toBeGreaterThan(2);
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).toString()).toBe("01xy456789!");
  expect(readdirSync(path("."))).toEqual([]);
});

both("text, lines, and moving it by hand", function* ({ wait, fn }) {
  const text = yield* wait(spooledTemporaryFile("w+", { encoding: "latin1", dir: path(".") }));
  yield* wait(text.writeLines(["é\n", "two\n"]));
  yield* wait(text.seek(0));
  expect(yield* wait(text.readLines())).toEqual(["é\n", "two\n"]);
  yield* wait(text.write("three\n"));
  expect(text.rolled).toBe(false);
  yield* wait(text.rollover());
  yield* wait(text.rollover());
  expect(text.rolled).toBe(true);
  yield* wait(text.seek(0));
  expect(yield* wait(text.read())).toBe("é\ntwo\nthree\n");
  const given = yield* wait(
    withSpooledTemporaryFile(
      fn(function* (file: BinaryFile & Spooled) {
        yield* wait(file.write(Buffer.from("x")));
        return file.rolled;
      }),
    ),
  );
  expect(given).toBe(false);
});

both("cutting and extending it, small and large", function* ({ wait }) {
  const file = yield* wait(spooledTemporaryFile("w+b", { maxSize: 100, dir: path(".") }));
  yield* wait(file.write(Buffer.from("abcdef")));
  yield* wait(file.truncate(3));
  yield* wait(file.truncate(5));
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).toString()).toBe("abc\0\0");
  yield* wait(file.sync());
  yield* wait(file.truncate(200));
  expect(file.rolled).toBe(true);
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).equals(Buffer.concat([Buffer.from("abc"), Buffer.alloc(197)]))).toBe(
    true,
  );
});

both("appends", function* ({ wait }) {
  const file = yield* wait(spooledTemporaryFile("a+b", { maxSize: 8, dir: path("."), buffering: 0 }));
  for (const part of ["one", "two", "three"]) {
    yield* wait(file.seek(0));
    yield* wait(file.write(Buffer.from(part)));
  }
  expect(file.rolled).toBe(true);
  yield* wait(file.seek(0));
  yield* wait(file.write(Buffer.from("four")));
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).toString()).toBe("onetwothreefour");
});

test("the same as a buffer in memory, whatever is done to it", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = new Random(seed);
    await run(async () => {
      const file = await spooledTemporaryFile("w+b", {
        maxSize: random.below(3000),
        buffering: random.below(200),
        dir: path("."),
      });
      let model = Buffer.alloc(0);
      for (let step = 0; step < 40; step++) {
        const at = random.below(2000);
        if (random.below(5) === 0) {
          await file.truncate(at);
          model = Buffer.concat([model], at);
        } else if (random.below(3) > 0) {
          const bytes = random.bytes(random.below(400));
          await file.seek(at);
          await file.write(bytes);
          if (bytes.length > 0) model = Buffer.concat([model], Math.max(model.length, at + bytes.length));
          bytes.copy(model, at);
        } else {
          await file.seek(at);
          const read = await file.read(300);
          expect(read.equals(model.subarray(at, at + 300)), `seed ${seed}, step ${step}`).toBe(true);
        }
        if (random.below(30) === 0) await file.rollover();
      }
      await file.seek(0);
      expect((await file.read()).equals(model), `seed ${seed}`).toBe(true);
    });
  }
});

test("what comes while it moves waits for that", async () => {
  await run(async () => {
    const file = await spooledTemporaryFile("w+b", { maxSize: 100_000, dir: path("."), buffering: 0 });
    await file.write(Buffer.alloc(100_000, "a"));
    await gather([file.rollover(), file.write(Buffer.from("b")), file.write(Buffer.from("c")), file.flush()]);
    await file.seek(99_999);
    expect((await file.read()).toString()).toBe("abc");
  });
});

both("when the disk does not take it, nothing is lost", function* ({ wait }) {
  mkdirSync(path("d"));
  const file = yield* wait(spooledTemporaryFile("w+b", { maxSize: 4, dir: path("d") }));
  yield* wait(file.write(Buffer.from("1234")));
  yield* wait(file.flush());
  rmSync(path("d"), { recursive: true });
  yield* wait(file.write(Buffer.from("5")));
  expect(yield* caught(wait(file.flush()))).toBeInstanceOf(FileNotFoundError);
  expect(yield* caught(wait(file.rollover()))).toBeInstanceOf(FileNotFoundError);
  mkdirSync(path("d"));
  yield* wait(file.flush());
  yield* wait(file.seek(0));
  expect((yield* wait(file.read())).toString()).toBe("12345");
});

both("nothing is left of it", function* ({ wait, fn }) {
  yield* wait(
    cancelScope(
      fn(function* (scope: Scope) {
        const file = yield* wait(spooledTemporaryFile("w+b", { maxSize: 4, dir: path(".") }));
        yield* wait(file.write(Buffer.alloc(100_000)));
        expect(file.rolled).toBe(true);
        scope.cancel();
        yield* wait(file.write(Buffer.alloc(100_000)));
      }),
    ),
  );
  expect(readdirSync(path("."))).toEqual([]);
  if (canCountDescriptors) yield* wait(call(() => openAfterSettling(path("."))));
  expect(yield* caught(wait(spooledTemporaryFile("w+b", { maxSize: -1 })))).toBeInstanceOf(RangeError);
});
