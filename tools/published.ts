// Checks what each package would publish: that its README, its licence and all that its `exports` lead to are in the archive, that
// nothing of ours alone is, what publint has to say, and that programs which import them compile. The packages must be built. Prints
// one line per offence; exits 1 when there is one.
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { command } from "./support/command.ts";
import { consumerErrors } from "./support/consumers.ts";
import { offencesOf } from "./support/published.ts";
import { workspaces, type Workspace } from "./support/workspace.ts";

async function filesOf(folder: string): Promise<string[]> {
  const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
  const { stdout, stderr, code } = await command("npm", args, { cwd: folder });
  if (code !== 0) throw new Error(`npm pack failed in ${folder}:\n${stderr}`);
  const [archive] = JSON.parse(stdout) as { files: { path: string }[] }[];
  return archive!.files.map(({ path }) => path);
}

async function check({ folder, manifest }: Workspace): Promise<string[]> {
  const files = await filesOf(folder);
  const offences = offencesOf({ exports: manifest.exports, files });
  const { messages, pkg } = await publint({ pkgDir: folder, pack: false, strict: true });
  return [...offences, ...messages.map((message) => formatMessage(message, pkg, { color: false })!)].map(
    (offence) => `${manifest.name}: ${offence}`,
  );
}

const packages = workspaces("packages").filter(({ manifest }) => manifest.private !== true);
const offences = [...(await Promise.all(packages.map(check))).flat(), ...(await consumerErrors(packages))];
for (const offence of offences) console.log(offence);
console.log(`${packages.length} packages, ${offences.length} offences`);
process.exitCode = offences.length === 0 ? 0 : 1;
