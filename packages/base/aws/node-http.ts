/**
 * `node:http` without the cost of importing it: an ES import reads every export of a built-in module once, and three of
 * its getters load undici, which takes 28 ms of each startup (Node 24).
 */
export const { Agent, createServer, IncomingMessage, request, ServerResponse, STATUS_CODES } =
  process.getBuiltinModule('node:http');
