/** Who may call what, as the console shows it; plain JSON. */

export type AccessCell = 'open' | 'other' | 'allow' | 'own' | 'depends' | 'deny';

export type ShownAccess = {
  readonly name: string;
  readonly kind: 'rest' | 'http' | 'websocket';
  /** The APIs of this start that it protects. */
  readonly apis: readonly {
    readonly apiId: string;
    /** Name given by the gateway, where it serves this API. */
    readonly apiName?: string | undefined;
    readonly stage: string;
  }[];
  /** Ids for choosing a caller's issuer. */
  readonly issuers: readonly string[];
  /** `anybody`, then the roles. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly method: string;
    readonly path: string;
    readonly cells: readonly AccessCell[];
    readonly rules: readonly string[];
  }[];
};

/** "May this caller GET /orders/7?"; without a path, on every route. */
export type AccessQuestion = {
  readonly document: string;
  readonly method?: string | undefined;
  /** Below the stage. */
  readonly path?: string | undefined;
  readonly token?: string | undefined;
  /** JSON, where there is no token. */
  readonly claims?: string | undefined;
  readonly issuer?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly ip?: string | undefined;
};

type AccessWord = 'OPEN' | 'OTHER' | 'ALLOW' | 'DENY';

type ShownAccessAnswer = {
  readonly word: AccessWord;
  readonly reason: string;
  readonly route: string | undefined;
  /** The caller as the rules see it; undefined without one. */
  readonly caller: string | undefined;
  readonly quota: string | undefined;
  /** Why the credential is refused, whatever the rules allow. */
  readonly refusal: string | undefined;
  readonly rules: readonly string[];
};

export type ShownRouteAnswer = {
  readonly route: string;
  readonly word: AccessWord;
  readonly reason: string;
};

export type AccessReply =
  | {
      readonly kind: 'answer';
      readonly answer: ShownAccessAnswer;
      /** Why the usage of the caller's quota is not known. */
      readonly unasked: string | undefined;
    }
  | {
      readonly kind: 'routes';
      readonly routes: readonly ShownRouteAnswer[];
      readonly refusal: string | undefined;
      readonly unasked: string | undefined;
    }
  | { readonly kind: 'problem'; readonly problem: string };

/** Body of `GET console/access`. */
export type ShownAccessBook = {
  readonly documents: readonly ShownAccess[];
  /** Authorizers of this start use published versions, so the folder's documents may not be in force. */
  readonly isPublished: boolean;
};
