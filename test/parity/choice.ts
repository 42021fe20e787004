/**
 * Where AWS documents nothing, or reports differ: what REST APIs do here, and how to have it otherwise. Sections are
 * those of the behaviour reference that tests name as their source.
 */
export type Choice = {
  /** `§2.5` */
  readonly section: string;
  readonly question: string;
  /** inferred: reasoned from what is known; verify: reports differ or nobody has looked; partly: less than AWS does. */
  readonly evidence: 'inferred' | 'verify' | 'partly';
  readonly here: string;
  /** Absent where it cannot be had otherwise. */
  readonly switch?: string;
  /** The test that holds it. */
  readonly test: string;
};

export const BEHAVIOUR = 'test/gateway/behaviour';
