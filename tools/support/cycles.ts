// Finds import cycles: the strongly connected components of a graph (Tarjan), each shown as one shortest ring.

export type Graph = ReadonlyMap<string, readonly string[]>;

function components(graph: Graph): string[][] {
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const found: string[][] = [];
  const visit = (node: string): void => {
    index.set(node, index.size);
    low.set(node, index.get(node) as number);
    stack.push(node);
    onStack.add(node);
    for (const next of graph.get(node) ?? []) {
      if (!index.has(next)) {
        visit(next);
        low.set(node, Math.min(low.get(node) as number, low.get(next) as number));
      } else if (onStack.has(next)) {
        low.set(node, Math.min(low.get(node) as number, index.get(next) as number));
      }
    }
    if (low.get(node) !== index.get(node)) return;
    const component: string[] = [];
    let member: string;
    do {
      member = stack.pop() as string;
      onStack.delete(member);
      component.push(member);
    } while (member !== node);
    found.push(component);
  };
  for (const node of graph.keys()) if (!index.has(node)) visit(node);
  return found;
}

function ring(graph: Graph, from: string, inside: ReadonlySet<string>): string[] {
  const cameFrom = new Map<string, string>();
  const queue = [from];
  for (const node of queue) {
    for (const next of graph.get(node) ?? []) {
      if (next === from) {
        const path = [from];
        for (let at: string | undefined = node; at !== undefined && at !== from; at = cameFrom.get(at)) {
          path.unshift(at);
        }
        return [from, ...path];
      }
      if (!inside.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [];
}

/** One ring for each knot of nodes that import each other: `[a, b, a]`. */
export function cycles(graph: Graph): string[][] {
  const rings: string[][] = [];
  for (const component of components(graph)) {
    const first = [...component].sort()[0] as string;
    const selfImport = graph.get(first)?.includes(first) === true;
    if (component.length > 1 || selfImport) rings.push(ring(graph, first, new Set(component)));
  }
  return rings;
}
