export type Finding = {
  /** The finding's id, which does not change between versions. docs/guides/operate/operating.md lists the ids. */
  readonly id: string;
  /**
   * `obstacle`: the deployment fails, or the result does not work. `warning`: the result works, but may surprise its
   * users.
   */
  readonly level: 'obstacle' | 'warning';
  readonly what: string;
  readonly why: string;
  readonly where: string;
  readonly fix: string;
};

/** A fact that could not be read. It is neither a finding nor proof that all is well. */
export type Unread = {
  readonly what: string;
  readonly reason: string;
  /** The IAM action that the caller needs. Undefined if AWS did not respond. */
  readonly permission?: string;
};

/** Within a level, findings stay in the order in which they were found. */
export function obstaclesFirst(findings: readonly Finding[]): readonly Finding[] {
  return [
    ...findings.filter(({ level }) => level === 'obstacle'),
    ...findings.filter(({ level }) => level !== 'obstacle'),
  ];
}
