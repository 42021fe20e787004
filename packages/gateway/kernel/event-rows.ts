export type EventSource = {
  readonly kind:
    | 'queue'
    | 'stream'
    | 'topic'
    | 'rule'
    | 'schedule'
    | 'bucket'
    | 'distribution'
    | 'log group'
    | 'alarm'
    | 'service';
  readonly name: string;
  readonly targets: readonly string[];
  /** A part of a sentence that says what is waiting and when it runs next. */
  readonly state: string;
};

export type HandTarget = {
  readonly arn: string;
  readonly name: string;
  /** Other names, such as the URL of a queue. */
  readonly aliases?: readonly string[];
  /** Runs a schedule at once, as if it were due. If present, this function is called instead of sending a message. */
  readonly run?: () => void;
  /** Returns the reason why a body cannot be sent; undefined if it can be sent. */
  readonly refuse?: (body: string) => string | undefined;
  readonly messages?: () => readonly object[];
  /**
   * Moves the messages of a dead-letter queue back to their source queues.
   * @returns the number of moved messages
   */
  readonly redrive?: () => number;
};

export function lastPartOf(arn: string): string {
  return arn.split(/[:/]/).at(-1) ?? arn;
}
