/** What differs on AWS from this run of the gateway, as `console/differs` shows it. The types are plain JSON. */

/** A rule of the faults file. */
export type ShownFaultRule = {
  readonly number: number;
  readonly name: string;
  readonly what: string;
  readonly isOn: boolean;
  /** The number of requests and table calls that match the rule's selectors. */
  readonly matched: number;
  readonly injected: number;
};

/** A setting that the gateway does not apply, or a finding of `check`. */
export type ShownUnsupported = {
  readonly stackName: string;
  readonly logicalId: string;
  readonly type: string;
  readonly property?: string | undefined;
  readonly consequence: string;
  readonly message?: string | undefined;
  readonly severity?: string | undefined;
  readonly file?: string | undefined;
  readonly line?: number | undefined;
};

export type ShownDifferences = {
  readonly faults: readonly ShownFaultRule[];
  readonly unsupported: readonly ShownUnsupported[];
  readonly assumptions: readonly {
    readonly name: string;
    readonly value: string;
    readonly choices: readonly string[];
  }[];
};
