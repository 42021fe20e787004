/**
 * What the runner puts around the one-line handlers of a case: a report of the event to the runner, and
 * `connections.post`. The same for every case; what is reported is compared by `expect.event`.
 */

type Reporting = {
  /** Base address of the runner's own server. */
  readonly runnerUrl: string;
  /** Name of the function in the case. */
  readonly functionName: string;
  /** Send each event to the runner before the handler sees it. */
  readonly events: boolean;
  /** Offer `connections.post(id, data)`. */
  readonly connections: boolean;
};

const POST = (runnerUrl: string): string => `
const postToRunner = (path, data) => new Promise((resolve, reject) => {
  const request = require('node:http').request('${runnerUrl}' + path, { method: 'POST' }, (reply) => {
    reply.resume();
    reply.on('end', () => reply.statusCode < 300 ? resolve(reply.statusCode) : reject(Object.assign(new Error('the runner answered ' + reply.statusCode), { statusCode: reply.statusCode })));
  });
  request.on('error', reject);
  request.end(data);
});
`;

const CONNECTIONS = `
const connections = { post: (id, data) => postToRunner('/connections/' + encodeURIComponent(id), data) };
`;

/** Keeps the callback style of handlers that take three arguments. */
const REPORT_EVENTS = (functionName: string): string => `
;{
  const handler = exports.handler;
  const report = (event) => postToRunner('/events/${functionName}', JSON.stringify(event));
  exports.handler = handler.length > 2
    ? (event, context, callback) => { report(event).then(() => handler(event, context, callback), callback); }
    : async (event, context) => { await report(event); return handler(event, context); };
}
`;

/** The text of `Code.ZipFile`. A function that needs nothing of the runner stays as the case has it. */
export function wrapFunction(
  source: string,
  { runnerUrl, functionName, events, connections }: Reporting,
): string {
  if (!events && !connections) return source;
  const head = `${POST(runnerUrl)}${connections ? CONNECTIONS : ''}`;
  return `${head}${source}\n${events ? REPORT_EVENTS(functionName) : ''}`;
}
