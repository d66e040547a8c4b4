// corio/no-yield-awaitable: a coroutine waits with `yield*`. A `yield` gives the Awaitable to the runtime, which does not want it.

import { Inference } from "./infer.ts";
import { functionAround, is, makesCoroutines } from "./nodes.ts";
import { inCorioFiles, type Rule } from "./rule.ts";

export const noYieldAwaitable: Rule = {
  meta: {
    type: "problem",
    docs: { description: "Wait with `yield*`, not with `yield`" },
    fixable: "code",
    schema: [],
    messages: {
      star: "A coroutine waits with `yield*`: a `yield` without the star throws BadYieldError.",
    },
  },
  create: inCorioFiles((context) => {
    const inference = new Inference(context.sourceCode);
    return {
      YieldExpression(node) {
        if (!is(node, "YieldExpression") || node.delegate || !makesCoroutines(functionAround(node))) return;
        const guess = inference.guess(node.argument);
        // Other generators may yield generators.
        if (guess?.kind !== "awaitable" && !(guess?.kind === "coroutine" && guess.declared)) return;
        const end = node.range[0] + "yield".length;
        context.report({
          node,
          messageId: "star",
          fix: (fixer) => fixer.insertTextAfterRange([node.range[0], end], "*"),
        });
      },
    };
  }),
};
