/** What stands in the way, and what to do about it. */

export type Finding = {
  /** Stable; docs/guides/operate/operating.md lists them. */
  readonly id: string;
  /** `obstacle`: the deployment fails, or what is deployed does not work. `warning`: it works, and will surprise. */
  readonly level: 'obstacle' | 'warning';
  readonly what: string;
  readonly why: string;
  /** The resource, file or setting. */
  readonly where: string;
  readonly fix: string;
};

/** What nobody could look at: no finding, and no all-clear either. */
export type Unread = {
  readonly what: string;
  readonly reason: string;
  /** The IAM action that the caller needs for it; undefined where AWS did not answer at all. */
  readonly permission?: string;
};

/** Otherwise in the order in which they were found. */
export function obstaclesFirst(findings: readonly Finding[]): readonly Finding[] {
  return [
    ...findings.filter(({ level }) => level === 'obstacle'),
    ...findings.filter(({ level }) => level !== 'obstacle'),
  ];
}
