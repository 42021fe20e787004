/** Describes who may call which route, as the console shows it. The types are plain JSON. */

export type AccessCell = 'open' | 'other' | 'allow' | 'own' | 'depends' | 'deny';

export type ShownAccess = {
  readonly name: string;
  readonly kind: 'rest' | 'http' | 'websocket';
  /** The APIs that the document protects in the stage of this run, including those that the run does not serve. */
  readonly apis: readonly {
    readonly apiId: string;
    /** The name of the API in the gateway; undefined if this run does not serve it. */
    readonly apiName?: string | undefined;
    readonly stage: string;
  }[];
  /** Ids of issuers from which the user can choose the caller's issuer. */
  readonly issuers: readonly string[];
  /** The column names: `anybody`, followed by the roles. */
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly method: string;
    readonly path: string;
    readonly cells: readonly AccessCell[];
    readonly rules: readonly string[];
    /** Whether an allowed request counts against the plan of its customer. */
    readonly isCharged: boolean;
  }[];
  /** Sentences that apply to all rows: who is charged, and what is known about callers with an API key. */
  readonly notes: readonly string[];
};

/** A question such as "May this caller GET /orders/7?". A question without a path is about every route. */
export type AccessQuestion = {
  readonly document: string;
  readonly method?: string | undefined;
  /** The path below the stage. */
  readonly path?: string | undefined;
  readonly token?: string | undefined;
  /** The caller's claims as JSON, used if there is no token. */
  readonly claims?: string | undefined;
  readonly issuer?: string | undefined;
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly ip?: string | undefined;
};

/** The method of a message to an MCP server, and its target. */
export type AskedOfServer = {
  readonly method: string;
  /** The tool, prompt or URI; undefined if the message names none. */
  readonly name?: string | undefined;
};

/** A rule as text, with its place in its file: `access/orders.yml:12`. */
export type ShownRule = {
  readonly text: string;
  readonly place: string | undefined;
  /** The properties that the caller lacks for a rule that allows the request, such as `the role clerk`. */
  readonly lacks: readonly string[];
};

type AccessWord = 'OPEN' | 'OTHER' | 'ALLOW' | 'DENY';

/** What the rules of a document say about a caller's request, for the explanation of a refusal. */
export type AccessVerdict = {
  readonly word: AccessWord;
  /** For example `no rule allows it`. */
  readonly reason: string;
  /** Checksum of the document that decided; undefined if an older version compiled it. */
  readonly version: string | undefined;
  /**
   * Whether the document's list of routes says that the route has no authorizer of Gatewright, although one was called.
   */
  readonly isListedOpen?: boolean;
  /** The document's file, as a path from the working directory; undefined if the file is not available. */
  readonly file: string | undefined;
  /** Whether the file was changed after it was compiled, so that the change is not in force. */
  readonly isFileNewer: boolean;
  /** The caller as the rules see it. */
  readonly caller: string | undefined;
  /** The rules of the route. */
  readonly rules: readonly ShownRule[];
  /** The rules under `mcp` that name the tool, prompt or resource of the message. */
  readonly mcpRules: readonly ShownRule[];
};

type ShownAccessAnswer = {
  readonly word: AccessWord;
  readonly reason: string;
  readonly route: string | undefined;
  /** The caller as the rules see it; undefined without a caller. */
  readonly caller: string | undefined;
  readonly quota: string | undefined;
  /** The reason why the credential is refused, regardless of the rules. */
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
      /** The reason why the usage of the caller's quota is unknown. */
      readonly unasked: string | undefined;
    }
  | {
      readonly kind: 'routes';
      readonly routes: readonly ShownRouteAnswer[];
      readonly refusal: string | undefined;
      readonly unasked: string | undefined;
    }
  | { readonly kind: 'problem'; readonly problem: string };

/** The body of `GET console/access`. */
export type ShownAccessBook = {
  readonly documents: readonly ShownAccess[];
  /**
   * True if the authorizers of this run use published versions, so that the documents in the folder may not be in
   * force.
   */
  readonly isPublished: boolean;
};

/** How to create an API key that an access document admits. */
export type NewKey = {
  /** The options of `gatewright keys create`. */
  readonly options: string;
  /** The customer to create before the key; undefined if the key needs no customer. */
  readonly customer: { readonly name: string; readonly plan: string | undefined } | undefined;
};
