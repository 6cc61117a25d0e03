/** Cycles of a graph, as files that import each other. */

/** Each node with those it leads to. */
export type Graph = ReadonlyMap<string, readonly string[]>;

/** One cycle per edge that leads back, each as the way from a node to itself. */
export function cyclesIn(graph: Graph): string[][] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  function visit(node: string, way: readonly string[]): void {
    const start = way.indexOf(node);
    if (start !== -1) cycles.push([...way.slice(start), node]);
    if (start !== -1 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) visit(next, [...way, node]);
    done.add(node);
  }
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}
