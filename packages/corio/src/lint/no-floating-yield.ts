// corio/no-floating-yield: what is made and dropped in a statement never runs.

import { Inference } from "./infer.ts";
import { functionAround, is, makesCoroutines, type Node } from "./nodes.ts";
import { inCorioFiles, type Rule } from "./rule.ts";

export const noFloatingYield: Rule = {
  meta: {
    type: "problem",
    docs: { description: "Wait for what gives an Awaitable or a coroutine: both do nothing until then" },
    schema: [],
    messages: {
      awaitable:
        "{{call}} gives an Awaitable, and nothing happens until it is waited for. Write `yield*` before it, or spawn it.",
      voided:
        "`void` does not start {{call}}: nothing happens until an Awaitable is waited for. Wait for it, or spawn it.",
      coroutine:
        "{{call}} makes a coroutine and drops it: it never runs. Wait for it with `yield*`, in an async function with `await call(…)`, or spawn it.",
    },
  },
  create: inCorioFiles((context) => {
    const { sourceCode } = context;
    const inference = new Inference(sourceCode);

    function check(node: Node, voided: boolean): void {
      if (is(node, "SequenceExpression")) {
        for (const part of node.expressions) check(part, voided);
      } else if (is(node, "LogicalExpression")) check(node.right, voided);
      else if (is(node, "ConditionalExpression")) {
        check(node.consequent, voided);
        check(node.alternate, voided);
      } else if (is(node, "UnaryExpression") && node.operator === "void") check(node.argument, true);
      else if (is(node, "ChainExpression")) check(node.expression, voided);
      else if (is(node, "CallExpression")) checkCall(node, voided);
    }

    function checkCall(node: Node & { readonly callee: Node }, voided: boolean): void {
      const guess = inference.guess(node);
      const data = { call: `\`${sourceCode.getText(node.callee)}(…)\`` };
      if (guess?.kind === "coroutine") context.report({ node, messageId: "coroutine", data });
      if (guess?.kind !== "awaitable") return;
      const inCoroutine = makesCoroutines(functionAround(node));
      if (voided && (inCoroutine || !guess.begins)) context.report({ node, messageId: "voided", data });
      // In async functions the rule on floating promises sees it, and knows the types.
      else if (inCoroutine) context.report({ node, messageId: "awaitable", data });
    }

    return {
      ExpressionStatement(node) {
        if (is(node, "ExpressionStatement")) check(node.expression, false);
      },
    };
  }),
};
