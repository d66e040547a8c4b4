// corio/no-await-coroutine: `await` of a coroutine gives the coroutine, unstarted.

import { Inference } from "./infer.ts";
import { is } from "./nodes.ts";
import { inCorioFiles, type Rule } from "./rule.ts";

export const noAwaitCoroutine: Rule = {
  meta: {
    type: "problem",
    docs: { description: "Call a coroutine from an async function by `call`" },
    schema: [],
    messages: {
      call: "`await` does not run a coroutine, it gives the coroutine itself. Write `await call({{callee}}, …)`.",
    },
  },
  create: inCorioFiles((context) => {
    const inference = new Inference(context.sourceCode);
    return {
      AwaitExpression(node) {
        if (!is(node, "AwaitExpression") || inference.guess(node.argument)?.kind !== "coroutine") return;
        const { argument } = node;
        const callee = is(argument, "CallExpression") ? context.sourceCode.getText(argument.callee) : "fn";
        context.report({ node, messageId: "call", data: { callee } });
      },
    };
  }),
};
