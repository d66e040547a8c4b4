// corio/no-promise-combinator: Promise.race and its like neither cancel the losers nor wait for them.

import { Inference } from "./infer.ts";
import { is, isFunction, memberName, type Node } from "./nodes.ts";
import { inCorioFiles, type Rule } from "./rule.ts";

/** What to use instead. */
const instead: Readonly<Record<string, string>> = {
  all: "gather",
  allSettled: "allSettled",
  any: "any",
  race: "race",
};

export const noPromiseCombinator: Rule = {
  meta: {
    type: "problem",
    docs: { description: "Combine Awaitables by what cancels and waits for the rest: gather, race, any" },
    schema: [],
    messages: {
      loser:
        "`Promise.{{name}}` leaves the losers running: one may take what was meant for another. Use `{{instead}}` of corio, which cancels them and waits.",
      sibling:
        "`Promise.{{name}}` leaves the others running when one fails or the block is left. Use `{{instead}}` of corio, which cancels them and waits.",
      coroutine: "`Promise.{{name}}` does not run a coroutine. Use `{{instead}}` of corio.",
    },
  },
  create: inCorioFiles((context) => {
    const inference = new Inference(context.sourceCode);

    function kindOf(node: Node | null): "awaitable" | "coroutine" | null {
      if (is(node, "SpreadElement")) return kindOfList(node.argument);
      const guess = inference.guess(node);
      if (guess?.kind === "coroutine") return guess.kind;
      return guess?.kind === "awaitable" && !guess.begins ? guess.kind : null;
    }

    /** A list literal, or what `map` makes of one by a function that is nothing but such a call. */
    function kindOfList(node: Node | undefined): "awaitable" | "coroutine" | null {
      if (is(node, "ArrayExpression")) {
        for (const element of node.elements) {
          const kind = kindOf(element);
          if (kind !== null) return kind;
        }
      } else if (is(node, "CallExpression") && is(node.callee, "MemberExpression")) {
        const { property, computed } = node.callee;
        const [made] = node.arguments;
        if (memberName(property, computed) === "map" && isFunction(made) && !made.async)
          return kindOf(made.body);
      }
      return null;
    }

    return {
      CallExpression(node) {
        if (!is(node, "CallExpression") || !is(node.callee, "MemberExpression")) return;
        const { object, property, computed } = node.callee;
        if (!is(object, "Identifier") || object.name !== "Promise") return;
        const name = memberName(property, computed) ?? "";
        if (!Object.hasOwn(instead, name)) return;
        const kind = kindOfList(node.arguments[0]);
        if (kind === null) return;
        const loses = name === "race" || name === "any";
        const messageId = kind === "coroutine" ? kind : loses ? "loser" : "sibling";
        context.report({ node, messageId, data: { name, instead: instead[name]! } });
      },
    };
  }),
};
