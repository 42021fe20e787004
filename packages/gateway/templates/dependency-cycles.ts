/** Finds resources that depend on each other in a cycle, so that AWS cannot create any of them first. */

/**
 * Returns the first cycle in order; empty if there is none. `needs` maps a logical id to the logical ids that come
 * before it.
 */
export function findCycle(needs: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const done = new Set<string>();
  const visit = (logicalId: string, path: readonly string[]): readonly string[] => {
    const start = path.indexOf(logicalId);
    if (start !== -1) return path.slice(start);
    if (done.has(logicalId)) return [];
    for (const next of needs.get(logicalId) ?? []) {
      const cycle = visit(next, [...path, logicalId]);
      if (cycle.length > 0) return cycle;
    }
    done.add(logicalId);
    return [];
  };
  for (const logicalId of needs.keys()) {
    const cycle = visit(logicalId, []);
    if (cycle.length > 0) return cycle;
  }
  return [];
}

export function describeCycle(names: readonly string[]): string {
  return `Circular dependency between resources: [${names.join(', ')}]`;
}

/**
 * The names that are being resolved right now, outermost first. If a name is entered a second time, there is a cycle.
 */
export class OpenNames {
  readonly #open: string[] = [];

  has(name: string): boolean {
    return this.#open.includes(name);
  }

  enter<T>(name: string, work: () => T, refuse: (cycle: readonly string[]) => never): T {
    const start = this.#open.indexOf(name);
    if (start !== -1) refuse(this.#open.slice(start));
    this.#open.push(name);
    try {
      return work();
    } finally {
      this.#open.pop();
    }
  }
}
