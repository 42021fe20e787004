/** AWS's hard limits that the functions must stay within. Source: API Gateway quotas, developer guide. */

/** What a `$connect` authorizer may answer. REST and HTTP publish no figure; the same bound is kept for all. */
export const AUTHORIZER_RESULT_LIMIT_BYTES = 8_192;

/** Longest `Resource` of a policy statement. */
export const POLICY_RESOURCE_LIMIT_CHARACTERS = 512;

/** All headers of a request together: no credential can be longer. */
export const REQUEST_HEADERS_LIMIT_BYTES = 10_240;

/** A WebSocket connection is closed after this, whatever it does. */
export const WEBSOCKET_CONNECTION_LIMIT_SECONDS = 7_200;
