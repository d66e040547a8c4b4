// Bundles a program as a browser gets it, with the sources of this tree: how much of corio it carries.

import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

export interface Bundled {
  /** Bytes, minified. */
  readonly minified: number;
  readonly gzip: number;
  /** What it still imports from elsewhere. */
  readonly imports: readonly string[];
}

/** Programs whose sizes are watched. */
export const bundledPrograms = {
  /** What every program of coroutines has. */
  minimal: `
    import { run, sleep, taskGroup, timeout } from "corio";
    function* child(ms) {
      yield* sleep(ms);
      return ms;
    }
    function* program(group) {
      const task = group.spawn(child, 10);
      return yield* task.join();
    }
    await run(function* () {
      return yield* timeout(1000, () => taskGroup(program));
    });`,
  everything: `export * from "corio";`,
  "everything, with lowlevel": `export * from "corio"; export * as lowlevel from "corio/lowlevel";`,
} as const;

export async function bundle(program: string): Promise<Bundled> {
  // Beside this file, so that `corio` is found as from here.
  const entry = fileURLToPath(new URL("bundled-program.mjs", import.meta.url));
  const build = await rolldown({
    input: entry,
    platform: "browser",
    resolve: { conditionNames: ["@corio/source", "browser", "import", "default"] },
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === entry ? entry : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
  });
  // What one bundler notes for the next is nothing that a browser gets.
  const { output } = await build.generate({ format: "esm", minify: true, comments: false });
  await build.close();
  if (output.length !== 1) throw new Error(`one file was expected, not ${output.length}`);
  const { code, imports, dynamicImports } = output[0];
  return {
    minified: Buffer.byteLength(code),
    gzip: gzipSync(code, { level: 9 }).length,
    imports: [...imports, ...dynamicImports],
  };
}
