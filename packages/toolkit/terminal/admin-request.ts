export type AdminRequest = {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** `/quota/plans/gold`; names in it printed by `printPathName`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string | undefined>>;
  readonly body?: object;
  /** Id of a change: repeated with the same id, it counts once. */
  readonly operationId?: string;
};
