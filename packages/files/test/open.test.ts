import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { cancelScope, run } from "corio";
import { describe, expect, expectTypeOf, test } from "vitest";
import {
  BinaryFile,
  FileClosedError,
  FileExistsError,
  FileNotFoundError,
  IsADirectoryError,
  NotADirectoryError,
  open,
  PermissionDeniedError,
  TextFile,
  UnsupportedOperationError,
  withFile,
  type BinaryMode,
  type TextMode,
} from "../src/index.ts";
import { canCountDescriptors, openBelow } from "./support/descriptors.ts";
import { tempFolder } from "./support/temp-folder.ts";

const path = tempFolder();

test("the mode types the file", async () => {
  writeFileSync(path("f"), "");
  await run(async () => {
    const text = await open(path("f"));
    const binary = await open(path("f"), "r+b");
    expectTypeOf(text).toEqualTypeOf<TextFile>();
    expectTypeOf(binary).toEqualTypeOf<BinaryFile>();
    expectTypeOf(await text.read()).toEqualTypeOf<string>();
    expect(text).toBeInstanceOf(TextFile);
    expect(binary).toBeInstanceOf(BinaryFile);
    expect([text.mode, text.name, text.encoding, binary.mode]).toEqual(["r", path("f"), "utf-8", "r+b"]);
  });
});

describe("modes", () => {
  // What Python does: [mode, the file after writing "N" if it may, what a read from the position then gives].
  const table: [TextMode, string | undefined, string][] = [
    ["r", undefined, "old"],
    ["r+", "Nld", "ld"],
    ["w", "N", "no"],
    ["w+", "N", ""],
    ["a", "oldN", "no"],
    ["a+", "oldN", ""],
    ["rt", undefined, "old"],
    ["r+t", "Nld", "ld"],
    ["at+", "oldN", ""],
  ];

  test.each(table)("%s on a file that is there", async (mode, after, rest) => {
    writeFileSync(path("f"), "old");
    await run(async () => {
      const file = await open(path("f"), mode);
      if (after === undefined) await expect(file.write("N")).rejects.toThrow(UnsupportedOperationError);
      else expect(await file.write("N")).toBe(1);
      if (rest === "no") await expect(file.read()).rejects.toThrow(UnsupportedOperationError);
      else expect(await file.read()).toBe(rest);
      expect([file.readable, file.writable]).toEqual([rest !== "no", after !== undefined]);
    });
    expect(readFileSync(path("f"), "utf8")).toBe(after ?? "old");
  });

  test.each(["w", "w+", "a", "a+", "x", "x+"] as const)("%s makes a file that is not there", async (mode) => {
    await run(async () => {
      await (await open(path("f"), mode)).write("new");
    });
    expect(readFileSync(path("f"), "utf8")).toBe("new");
  });

  test("r and r+ do not, and x does not take one that is there", async () => {
    await run(async () => {
      await expect(open(path("f"), "r")).rejects.toThrow(FileNotFoundError);
      await expect(open(path("f"), "r+b")).rejects.toThrow(FileNotFoundError);
      writeFileSync(path("f"), "old");
      await expect(open(path("f"), "x")).rejects.toThrow(FileExistsError);
    });
    expect(readFileSync(path("f"), "utf8")).toBe("old");
  });

  test.each(["", "q", "rw", "r++", "rbt", "br"])("%j is no mode", async (mode) => {
    await run(async () => {
      await expect(open(path("f"), mode as BinaryMode)).rejects.toThrow(TypeError);
    });
  });

  test("options that make no sense are refused before a file is emptied", async () => {
    writeFileSync(path("f"), "old");
    await run(async () => {
      await expect(open(path("f"), "w", { encoding: "klingon" })).rejects.toThrow(TypeError);
      await expect(open(path("f"), "w", { newline: "\t" as "\n" })).rejects.toThrow(TypeError);
      await expect(open(path("f"), "w", { buffering: 0 })).rejects.toThrow(RangeError);
      await expect(open(path("f"), "wb", { buffering: -5 })).rejects.toThrow(RangeError);
      for (const text of [{ encoding: "utf-8" }, { errors: "strict" }, { newline: "" }])
        await expect(open(path("f"), "wb", text as object)).rejects.toThrow(/bytes are no text/);
    });
    expect(readFileSync(path("f"), "utf8")).toBe("old");
  });
});

test("errors keep the system's code and name path and operation (files 11)", async () => {
  mkdirSync(path("folder"));
  writeFileSync(path("file"), "");
  await run(async () => {
    const error = await caught(async () => open(path("nothing")));
    expect(error).toBeInstanceOf(FileNotFoundError);
    expect(error).toMatchObject({
      code: "ENOENT",
      path: path("nothing"),
      operation: "open",
      name: "FileNotFoundError",
    });
    expect((error as Error).message).toBe(
      `Cannot open ${path("nothing")}: no such file or directory (ENOENT)`,
    );
    expect(await caught(async () => open(path("folder")))).toBeInstanceOf(IsADirectoryError);
    expect(await caught(async () => open(path("folder"), "w"))).toBeInstanceOf(IsADirectoryError);
    expect(await caught(async () => open(path("file", "below")))).toBeInstanceOf(NotADirectoryError);
  });
});

test.skipIf(process.getuid?.() === 0)(
  "what one may not read is a PermissionDeniedError (files 11) (root may read all)",
  async () => {
    writeFileSync(path("secret"), "", { mode: 0 });
    await run(async () => {
      expect(await caught(async () => open(path("secret")))).toBeInstanceOf(PermissionDeniedError);
    });
  },
);

async function caught(action: () => Promise<unknown>): Promise<unknown> {
  try {
    await action();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}

test("a file URL is as good as a path, and permissions are given to what is made", async () => {
  await run(async () => {
    await (await open(pathToFileURL(path("f")), "w", { permissions: 0o600 })).write("x");
  });
  expect(statSync(path("f")).mode & 0o777).toBe(0o600);
});

describe("a file belongs to the scope that opened it", () => {
  test("it is flushed and closed when the scope ends (files 1)", async () => {
    await run(async () => {
      let file: TextFile | undefined;
      await cancelScope(async () => {
        file = await open(path("f"), "w");
        await file.write("kept");
      });
      expect(file?.closed).toBe(true);
      expect(readFileSync(path("f"), "utf8")).toBe("kept");
      await expect(file?.write("more")).rejects.toThrow(FileClosedError);
    });
  });

  test("also when the scope fails or is cancelled (files 1)", async () => {
    await run(function* () {
      let file: TextFile | undefined;
      try {
        yield* cancelScope(function* () {
          file = yield* open(path("failed"), "w");
          yield* file.write("kept");
          throw new Error("mine");
        });
      } catch (error) {
        expect((error as Error).message).toBe("mine");
      }
      expect(file?.closed).toBe(true);
      yield* cancelScope(function* (scope) {
        file = yield* open(path("cancelled"), "w");
        yield* file.write("kept");
        scope.cancel();
        yield* file.write("never");
      });
      expect(file?.closed).toBe(true);
    });
    expect(readFileSync(path("failed"), "utf8")).toBe("kept");
    expect(readFileSync(path("cancelled"), "utf8")).toBe("kept");
  });

  test.skipIf(!canCountDescriptors)(
    "withFile closes when its body ends, and gives the body's value (files 1)",
    async () => {
      await run(async () => {
        expect(await withFile(path("f"), "w", async (file) => file.write("abc"))).toBe(3);
        expect(openBelow(path(""))).toEqual([]);
        expect(await withFile(path("f"), "rb", (file) => file.read())).toEqual(Buffer.from("abc"));
        await expect(
          withFile(path("f"), "r", { encoding: "latin1" }, async (file) => {
            await file.read();
            throw new Error("mine");
          }),
        ).rejects.toThrow("mine");
        expect(openBelow(path(""))).toEqual([]);
      });
      await run(function* () {
        expect(yield* withFile(path("f"), "r", (file) => file.read())).toBe("abc");
        expect(openBelow(path(""))).toEqual([]);
      });
    },
  );

  test.skipIf(!canCountDescriptors)(
    "await using closes it too, and closing twice is as good as once (files 1)",
    async () => {
      await run(async () => {
        {
          await using file = await open(path("f"), "w");
          await file.write("abc");
          await file.close();
          await file.close();
          expect(file.closed).toBe(true);
          expect(() => file.fileno()).toThrow(FileClosedError);
        }
        {
          await using file = await open(path("g"), "w");
          await file.write("abc");
        }
        expect(openBelow(path(""))).toEqual([]);
      });
      expect(readFileSync(path("g"), "utf8")).toBe("abc");
    },
  );
});
