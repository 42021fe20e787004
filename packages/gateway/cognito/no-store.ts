/**
 * The headers of answers that no cache may keep, such as keys: a rotation must be visible at once. Caching is not
 * needed, because the issuer is local and authorizers have their own caches.
 */
export const NO_STORE = ['Cache-Control', 'no-store'];

/** The headers of answers with tokens (RFC 6749 §5.1). */
export const NO_STORE_OF_TOKENS = [...NO_STORE, 'Pragma', 'no-cache'];
