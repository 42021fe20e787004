/** How many walks through maps begin while something runs: each passes what was deleted before its first entry, which no count of our own steps shows. */
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
