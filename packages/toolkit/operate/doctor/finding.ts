export type Finding = {
  /**
   * The id of the finding. It stays the same in all versions. The ids are listed in docs/guides/operate/operating.md
   * for the stack, and in docs/guides/protect/attach.md for an API.
   */
  readonly id: string;
  /**
   * The severity. `obstacle`: the deployment fails, or its result does not work. `warning`: the result works, but may
   * surprise its users.
   */
  readonly level: 'obstacle' | 'warning';
  readonly what: string;
  readonly why: string;
  readonly where: string;
  readonly fix: string;
};

/** A fact that could not be read. It is not a finding, but it is also not proof that there is no problem. */
export type Unread = {
  readonly what: string;
  readonly reason: string;
  /** The IAM action that the caller would need; undefined if no permission is missing. */
  readonly permission?: string;
  /** What the user has to do. Absent if this is only to try again or to grant `permission`. */
  readonly fix?: string;
};

/** Sorts findings so that obstacles come first. Findings of the same level stay in their order. */
export function obstaclesFirst(findings: readonly Finding[]): readonly Finding[] {
  return [
    ...findings.filter(({ level }) => level === 'obstacle'),
    ...findings.filter(({ level }) => level !== 'obstacle'),
  ];
}
