// Prints what programs weigh in a browser, and with --write says so in benchmarks/README.md. packages/corio/test/size.test.ts holds the
// limit of the minimal one.
//
//   node benchmarks/runtime/size.ts [--write]
import { bundle, bundledPrograms } from "../../packages/corio/test/support/bundle.ts";
import { writeSection } from "./section.ts";

const whole = (bytes: number): string => bytes.toLocaleString("en");
const labels: Record<keyof typeof bundledPrograms, string> = {
  minimal: "`run`, `taskGroup`, `sleep`, `timeout`, in coroutines",
  everything: "all of `corio`",
  "everything, with lowlevel": "all of `corio` and `corio/lowlevel`",
};

const rows = ["| | minified | gzipped |", "| --- | --- | --- |"];
for (const [name, program] of Object.entries(bundledPrograms)) {
  const { minified, gzip } = await bundle(program);
  rows.push(`| ${labels[name as keyof typeof labels]} | ${whole(minified)} | ${whole(gzip)} |`);
}
console.log(rows.join("\n"));
if (process.argv.includes("--write")) writeSection("size", rows.join("\n"));
