/**
 * Where AWS documents nothing, reports differ or nothing settles it: what is done here, and how to have it otherwise.
 */
export type Choice = {
  /** Sections of docs/aws, without its name: `§2.5`. */
  readonly section: string;
  readonly question: string;
  /**
   * inferred: reasoned from known facts; verify: reports differ or none exists; unsettled: searched for and
   * not found; partly: less than AWS does.
   */
  readonly evidence: 'inferred' | 'verify' | 'unsettled' | 'partly';
  readonly here: string;
  /** Absent if it cannot be changed. */
  readonly switch?: string;
  /** The test that covers it. */
  readonly test: string;
};

export const BEHAVIOUR = 'test/packages/gateway/engine/behaviour';
