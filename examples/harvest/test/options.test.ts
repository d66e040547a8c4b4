import { describe, expect, test } from "vitest";
import { BadInput } from "../src/trouble.ts";
import { parseCommandLine } from "../src/options.ts";

describe("the command line", () => {
  test("is the built-in site, 16 at a time, when it says nothing", () => {
    expect(parseCommandLine([])).toEqual({
      kind: "harvest",
      start: undefined,
      out: "site",
      database: "pglite:site/.harvest/db",
      concurrency: 16,
      limit: Infinity,
      timeout: 10_000,
      retries: 2,
    });
  });

  test("gives each flag its value, wherever the URL stands among them", () => {
    const flags =
      "--out copy --database postgres://db/x --concurrency 64 --limit=5000 --timeout 1 --retries 0";
    const command = parseCommandLine(["--out", "a", "http://127.0.0.1:8080/", ...flags.split(" ")]);
    expect(command).toEqual({
      kind: "harvest",
      start: new URL("http://127.0.0.1:8080/"),
      out: "copy",
      database: "postgres://db/x",
      concurrency: 64,
      limit: 5000,
      timeout: 1,
      retries: 0,
    });
  });

  test("keeps the embedded database in the folder of the copy", () => {
    expect(parseCommandLine(["--out", "a/b"])).toMatchObject({ database: "pglite:a/b/.harvest/db" });
    expect(parseCommandLine(["search", "x", "--out", "a/b"])).toMatchObject({
      database: "pglite:a/b/.harvest/db",
    });
  });

  test("takes the words of a search with or without quotation marks", () => {
    const expected = {
      kind: "search",
      words: "event loop",
      out: "site",
      database: "pglite:site/.harvest/db",
    };
    expect(parseCommandLine(["search", "event loop"])).toEqual(expected);
    expect(parseCommandLine(["search", "event", "loop"])).toEqual(expected);
  });

  test("asks for help in both ways", () => {
    expect(parseCommandLine(["--help"])).toEqual({ kind: "help" });
    expect(parseCommandLine(["http://a/", "-h"])).toEqual({ kind: "help" });
  });

  test.each([
    [["nonsense"], '"nonsense" is not an http:// or https:// URL'],
    [["localhost:8080"], '"localhost:8080" is not an http:// or https:// URL'],
    [["ftp://a/"], '"ftp://a/" is not an http:// or https:// URL'],
    [["http://u:p@a/"], "a user or password in the URL is not supported"],
    [["http://a/", "http://b/"], 'one URL at a time, not also "http://b/"'],
    [["--concurrency", "0"], '--concurrency must be a whole number from 1 to 1000, not "0"'],
    [["--concurrency", "1e3"], '--concurrency must be a whole number from 1 to 1000, not "1e3"'],
    [["--limit", "none"], '--limit must be a whole number from 1 up, not "none"'],
    [["--timeout=-5"], '--timeout must be a whole number from 1 to 86400000, not "-5"'],
    [["--retries", ""], '--retries must be a whole number from 0 to 100, not ""'],
    [["--retries", "-1"], "Option '--retries' argument is ambiguous (see --help)"],
    [["--speed", "9"], "Unknown option '--speed' (see --help)"],
    [["--out"], "Option '--out <value>' argument missing (see --help)"],
    [["--out", ""], "--out needs the name of a folder"],
    [["--database", "mysql://x"], '--database must begin with postgres:// or pglite:, not "mysql://x"'],
    [["search"], "search needs the words to look for"],
  ])("says in one line what is wrong with %j", (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(new BadInput(message));
  });
});
