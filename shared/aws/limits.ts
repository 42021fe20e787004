/** AWS's hard limits on the functions. Source: API Gateway quotas, developer guide. */

/** Size of a `$connect` authorizer's result. REST and HTTP publish no figure; used for all. */
export const AUTHORIZER_RESULT_LIMIT_BYTES = 8_192;

export const POLICY_RESOURCE_LIMIT_CHARACTERS = 512;

/** All headers of a request together, so the longest credential. */
export const REQUEST_HEADERS_LIMIT_BYTES = 10_240;

/** A WebSocket connection is closed after this in any case. */
export const WEBSOCKET_CONNECTION_LIMIT_SECONDS = 7_200;
