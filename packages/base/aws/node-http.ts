/**
 * `node:http` without the cost of importing it. An ES import reads every export of a built-in module once, and three
 * getters of `node:http` load undici, which takes 28 ms of each startup (Node 24).
 */
export const {
  Agent,
  createServer,
  IncomingMessage,
  request,
  ServerResponse,
  STATUS_CODES,
  validateHeaderValue,
} = process.getBuiltinModule('node:http');
