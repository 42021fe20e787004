/** The headers of answers that no cache may keep, such as keys, which change when they are renewed. */
export const NO_STORE = ['Cache-Control', 'no-store'];

/** The headers of answers with tokens (RFC 6749 §5.1). */
export const NO_STORE_OF_TOKENS = [...NO_STORE, 'Pragma', 'no-cache'];
