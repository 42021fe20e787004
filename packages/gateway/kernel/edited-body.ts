/**
 * The comment that marks a body in an HTTP Archive that is not exactly the body that was sent, even if both have the
 * same length. The console writes it, and `gatewright waf` does not judge a body that has this comment.
 */
export const EDITED_BODY = 'indented, decoded or without secrets';
