export type Finding = {
  /** Stable; docs/guides/operate/operating.md lists them. */
  readonly id: string;
  /** `obstacle`: the deployment fails, or the result does not work. `warning`: it works, with a surprise. */
  readonly level: 'obstacle' | 'warning';
  readonly what: string;
  readonly why: string;
  readonly where: string;
  readonly fix: string;
};

/** A fact that could not be read: neither a finding nor an all-clear. */
export type Unread = {
  readonly what: string;
  readonly reason: string;
  /** The IAM action that the caller needs; undefined if AWS did not respond. */
  readonly permission?: string;
};

/** Otherwise in the order of finding. */
export function obstaclesFirst(findings: readonly Finding[]): readonly Finding[] {
  return [
    ...findings.filter(({ level }) => level === 'obstacle'),
    ...findings.filter(({ level }) => level !== 'obstacle'),
  ];
}
