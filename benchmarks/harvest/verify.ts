// Compares what harvest has made of a static site with counts that others make: the folder that was served (diff, find), a
// walk of it by count.py, and, if a URL is given, the files that wget copies from there.
//
//   node --conditions=@corio/source benchmarks/harvest/verify.ts FOLDER OUT DATABASE [URL]
import { spawnSync } from "node:child_process";
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "corio";
import { connect } from "@corio/postgres";

const [folder, out, database, url] = process.argv.slice(2);
if (folder === undefined || out === undefined || database === undefined)
  throw new Error("verify.ts FOLDER OUT DATABASE [URL]");

/** Lines of what a command says. */
function lines(command: string, args: readonly string[], allowed: readonly number[] = [0]): string[] {
  const ended = spawnSync(command, args, { encoding: "utf8", maxBuffer: 1e9 });
  if (!allowed.includes(ended.status ?? -1))
    throw new Error(`${command} ended with ${ended.status}: ${ended.stderr}`);
  return ended.stdout.split("\n").filter((line) => line !== "");
}

let wrong = 0;
function compare(what: string, ours: string | number, theirs: string | number, by: string): void {
  const same = String(ours) === String(theirs);
  if (!same) wrong += 1;
  console.log(`${same ? "same " : "WRONG"}  ${what}: ${ours}${same ? "" : `, not ${theirs}`}  (${by})`);
}

interface Count {
  pages: number;
  bytes: number;
  links: number;
  broken: string[];
  "files not linked": number;
}
const walk = JSON.parse(
  lines("python3", [fileURLToPath(new URL("count.py", import.meta.url)), folder]).join(""),
) as Count;
const index = await run(async () => {
  const db = await connect(database, { int8: "number" });
  const [pages] = await db.fetch(
    "select count(*) as pages, sum(bytes)::bigint as bytes from harvest.pages where bytes is not null",
  );
  const broken = await db.fetch(
    "select path from harvest.pages where status >= 400 or status is null order by path",
  );
  const links = await db.fetchValue("select count(*) from harvest.links");
  return {
    pages: pages!["pages"],
    bytes: pages!["bytes"],
    links,
    broken: broken.map((row) => row["path"] as string),
  };
});

compare("pages in the index", index.pages, walk.pages, "count.py");
compare("bytes in the index", index.bytes, walk.bytes, "count.py");
compare("links in the index", Number(index.links), walk.links, "count.py");
compare("broken links in the index", index.broken.join(" "), walk.broken.join(" "), "count.py");
const files = lines("find", [out, "-path", join(out, ".harvest"), "-prune", "-o", "-type", "f", "-print"]);
compare("files of the copy", files.length, walk.pages, "count.py");
const differences = lines("diff", ["-rq", "--exclude=.harvest", folder, out], [0, 1]);
compare(
  "files that differ from those served",
  differences.filter((line) => line.startsWith("Files ")).length,
  0,
  "diff",
);
// A URL with a query has a file of its own: of the same content, for a static site.
const more = differences
  .filter((line) => line.startsWith(`Only in ${out}`))
  .map((line) => line.replace(/^Only in (.*): /, "$1/"));
const unserved = more.filter((file) => {
  const served = join(folder, file.slice(out.length).replace(/%3F.*$/, ""));
  return spawnSync("cmp", ["-s", file, served]).status !== 0;
});
compare("files that were not served", unserved.length, 0, "diff, cmp");
const size = lines("find", [
  out,
  "-path",
  join(out, ".harvest"),
  "-prune",
  "-o",
  "-type",
  "f",
  "-printf",
  "%s\n",
]);
compare(
  "bytes of the copy",
  size.reduce((sum, line) => sum + Number(line), 0),
  walk.bytes,
  "count.py",
);

if (url !== undefined) {
  const other = mkdtempSync(join(tmpdir(), "harvest-wget-"));
  const args = [
    "-q",
    "--recursive",
    "--level=inf",
    "--no-host-directories",
    `--directory-prefix=${other}`,
    url,
  ];
  lines("wget", args, [0, 8]);
  for (const file of lines("find", [other, "-name", "*[?]*"])) renameSync(file, file.replaceAll("?", "%3F"));
  compare("files of the copy", files.length, lines("find", [other, "-type", "f"]).length, "wget");
  compare(
    "differences to wget's copy",
    lines("diff", ["-rq", "--exclude=.harvest", other, out], [0, 1]).length,
    0,
    "diff",
  );
  rmSync(other, { recursive: true });
}
process.exitCode = wrong === 0 ? 0 : 1;
