// What linters import: a plugin for oxlint (`jsPlugins`) and ESLint, of rules that see the mistakes that types do not.

import { noAwaitCoroutine } from "./no-await-coroutine.ts";
import { noFloatingYield } from "./no-floating-yield.ts";
import { noPromiseCombinator } from "./no-promise-combinator.ts";
import { noYieldAwaitable } from "./no-yield-awaitable.ts";
import type { Rule } from "./rule.ts";

/** A configuration object of ESLint's flat config. */
export interface LintConfig {
  readonly name: string;
  readonly plugins: { readonly corio: LintPlugin };
  readonly rules: Readonly<Record<string, "error">>;
}

export interface LintPlugin {
  readonly meta: { readonly name: "corio" };
  readonly rules: Readonly<Record<string, Rule>>;
  /** For ESLint: `recommended` turns every rule on. For oxlint extend `corio/oxlint.json`. */
  readonly configs: { readonly recommended: LintConfig };
}

const rules: Readonly<Record<string, Rule>> = {
  "no-await-coroutine": noAwaitCoroutine,
  "no-floating-yield": noFloatingYield,
  "no-promise-combinator": noPromiseCombinator,
  "no-yield-awaitable": noYieldAwaitable,
};

const plugin: LintPlugin = {
  meta: { name: "corio" },
  rules,
  configs: {
    recommended: {
      name: "corio/recommended",
      get plugins() {
        return { corio: plugin };
      },
      rules: Object.fromEntries(Object.keys(rules).map((name) => [`corio/${name}`, "error"])),
    },
  },
};

export default plugin;
