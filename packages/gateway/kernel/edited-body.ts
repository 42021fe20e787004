/**
 * The comment, in an HTTP Archive, on a body that differs from the body as sent, which may nevertheless have the same
 * length. The console writes it, and `gatewright waf` does not judge a body that has it.
 */
export const EDITED_BODY = 'indented, decoded or without secrets';
