export type AdminRequest = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path such as `/quota/plans/gold`. Names in it must be encoded with `printPathName`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Id of a change. A change that is repeated with the same id takes effect only once. */
  readonly operationId?: string;
};
