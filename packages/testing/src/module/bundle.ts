// Bundling with rolldown, which a project that uses vite or vitest has already.

import type { InputOptions, rolldown as Rolldown, RolldownOptions } from "rolldown";

/** The conditions under which this process resolves packages, beside the usual ones. */
function conditions(): string[] {
  const { execArgv, env } = process;
  const args = [...execArgv, ...(env["NODE_OPTIONS"] ?? "").split(/\s+/)];
  return args.flatMap((arg, i) => {
    const [, value] = /^(?:--conditions=|-C=?)(.+)$/.exec(arg) ?? [];
    if (value !== undefined) return [value];
    return arg === "--conditions" || arg === "-C" ? [args[i + 1] ?? ""] : [];
  });
}

async function loadRolldown(): Promise<{ rolldown: typeof Rolldown }> {
  try {
    return await import("rolldown");
  } catch (error) {
    throw new Error("Cannot bundle the module: install rolldown (it comes with vite 8 and vitest 5)", {
      cause: error,
    });
  }
}

/**
 * Bundles a module with everything that it imports, but for `external` and node's own modules. What comes is CommonJS: `require`,
 * `module`, `exports`, `__filename` and `__dirname` are to be given.
 */
export async function bundle(entry: string, external: readonly string[]): Promise<string> {
  const { rolldown } = await loadRolldown();
  const isExternal: InputOptions["external"] = (id) => id.startsWith("node:") || external.includes(id);
  const options: RolldownOptions = {
    input: entry,
    platform: "node",
    external: isExternal,
    resolve: { conditionNames: [...conditions(), "node", "import", "module", "default"] },
    logLevel: "silent",
  };
  const build = await rolldown(options);
  try {
    const { output } = await build.generate({
      format: "cjs",
      exports: "named",
      sourcemap: "inline",
      codeSplitting: false,
    });
    return output[0].code;
  } finally {
    await build.close();
  }
}
