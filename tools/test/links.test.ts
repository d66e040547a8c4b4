import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkLinks } from "../links.ts";
import { anchorsOf, linksOf } from "../support/links.ts";

const tick = "```";

test("links to files and headings carry their line; the web's, and what is code, are passed over", () => {
  const text = [
    '[a](../a.md) and [b](<b.md#part> "title") and ![c](c.png)',
    "[web](https://example.org/x.md) [mail](mailto:a@example.org) [other](//example.org)",
    "`[code](code.md)` ``[`code`](code.md)`` [`d`](d.md)",
    `${tick}md`,
    "[fence](fence.md)",
    tick,
    `- ${tick}ts`,
    "  [fence](fence.md)",
    `  ${tick}`,
    "[e]: e.md",
    "[f](#part)",
  ].join("\n");
  expect(linksOf(text)).toEqual([
    { line: 1, target: "../a.md" },
    { line: 1, target: "b.md#part" },
    { line: 1, target: "c.png" },
    { line: 3, target: "d.md" },
    { line: 10, target: "e.md" },
    { line: 11, target: "#part" },
  ]);
});

test("headings have the anchors that GitHub gives them", () => {
  const text = [
    "# Ctrl-C, twice",
    "## `run` and `main`: a *choice*",
    "## Again",
    "### Again ##",
    "## [A link](x.md)",
    "## snake_case",
    `${tick}sh`,
    "# no heading",
    tick,
    '<a id="own"></a>',
  ].join("\n");
  expect([...anchorsOf(text)]).toEqual([
    "ctrl-c-twice",
    "run-and-main-a-choice",
    "again",
    "again-1",
    "a-link",
    "snake_case",
    "own",
  ]);
});

test("a link to no file, to a file in another case, to no heading, or out of the repository is an offence", () => {
  const base = mkdtempSync(join(tmpdir(), "links-"));
  try {
    mkdirSync(join(base, "docs"));
    mkdirSync(join(base, "src"));
    writeFileSync(join(base, "docs", "Guide.md"), "# One\n\n[up](../README.md#state) [root](/src)\n");
    const lines = [
      "# State",
      "[1](docs/Guide.md#one) [2](docs/) [3](src) [4](#state)",
      "[5](docs/guide.md)",
      "[6](docs/Guide.md#two)",
      "[7](missing/)",
      "[8](../outside.md)",
      "[9](#other)",
    ];
    writeFileSync(join(base, "README.md"), lines.join("\n"));
    expect(checkLinks(base)).toEqual({
      offences: [
        "README.md:3: docs/guide.md: there is no such file",
        "README.md:4: docs/Guide.md#two: there is no such heading",
        "README.md:5: missing/: there is no such file",
        "README.md:6: ../outside.md: there is no such file",
        "README.md:7: #other: there is no such heading",
      ],
      links: 11,
    });
  } finally {
    rmSync(base, { recursive: true });
  }
});
