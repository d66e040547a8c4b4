// Bundles the smoke suite into one module, as a page or another host gets it.

import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const entry = fileURLToPath(new URL("../smoke/main.ts", import.meta.url));

/** With the sources of this tree in it, by the conditions of a browser: one script without imports. */
export async function bundleForPage(): Promise<string> {
  const build = await rolldown({
    input: entry,
    platform: "browser",
    resolve: { conditionNames: ["@corio/source", "browser", "import", "default"] },
  });
  return await codeOf(build);
}

/** Without corio, which the host then finds by its own conditions, as it was built and installed. */
export async function bundleForPackage(): Promise<string> {
  const build = await rolldown({ input: entry, platform: "neutral", external: [/^corio/] });
  return await codeOf(build);
}

async function codeOf(build: Awaited<ReturnType<typeof rolldown>>): Promise<string> {
  const { output } = await build.generate({ format: "esm" });
  await build.close();
  if (output.length !== 1) throw new Error(`one file was expected, not ${output.length}`);
  return output[0].code;
}
