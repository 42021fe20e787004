/** AWS's hard limits that affect the functions. Source: API Gateway quotas, developer guide. */

/**
 * Size limit for an authorizer's result. AWS publishes it for `$connect` authorizers only; it is used for all, because
 * AWS publishes no figure for REST and HTTP APIs.
 */
export const AUTHORIZER_RESULT_LIMIT_BYTES = 8_192;

export const POLICY_RESOURCE_LIMIT_CHARACTERS = 512;

/** Limit for all headers of a request together, and so for the longest credential. */
export const REQUEST_HEADERS_LIMIT_BYTES = 10_240;

/** Maximum duration of a WebSocket connection. API Gateway closes every connection after this time. */
export const WEBSOCKET_CONNECTION_LIMIT_SECONDS = 7_200;
