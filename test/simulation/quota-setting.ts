/** What one schedule draws before it starts. */
export type Setting = {
  readonly periodMs: number;
  readonly limits: readonly Readonly<Record<string, unknown>>[];
  readonly endMs: number;
  readonly bounded: number;
  readonly maxCost: number;
};
