/**
 * Counts how many iterations over maps begin while something runs. Each iteration passes the deleted entries before the
 * first one, which no count of the steps of our own code shows.
 */
export function countWalks(run: () => void): number {
  const names = ['keys', 'values', 'entries', Symbol.iterator, 'forEach'] as const;
  const own = names.map((name) => [name, Object.getOwnPropertyDescriptor(Map.prototype, name)] as const);
  let walks = 0;
  for (const [name, descriptor] of own) {
    const walk = descriptor?.value as (this: unknown, ...args: unknown[]) => unknown;
    Object.defineProperty(Map.prototype, name, {
      ...descriptor,
      value(this: unknown, ...args: readonly unknown[]) {
        walks += 1;
        return Reflect.apply(walk, this, args);
      },
    });
  }
  try {
    run();
  } finally {
    for (const [name, descriptor] of own)
      if (descriptor !== undefined) Object.defineProperty(Map.prototype, name, descriptor);
  }
  return walks;
}
