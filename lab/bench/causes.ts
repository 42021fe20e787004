/**
 * Explains why goals are missed, as profiles of 24 and 25 November 2026 have shown, and what was tried. The figures of
 * `rest` and `http` were measured with perf in five turns against the floor, and are scaled to the figures on the page
 * of commit 5125454b. The other figures come from other runs.
 */
import type { Goal } from './goals.ts';

const CROWD =
  'Of 32 and of 1,000 connections a request takes on the main thread 6.7 and 13.4 µs of JavaScript, 5.3 and 8.1 of built-ins, ' +
  '5.6 and 8.5 of the kernel, 1.0 and 5.3 of collections: collections grow by the largest factor, since objects outlive the young generation; why JavaScript grows is not shown. The rest of each is not divided. ' +
  'Helped: a young generation that grows with the connections (p99 1.17 instead of 1.70 × in one run). ' +
  'Tried: small young generations (2, 4, 32 MB: slower), requests begun only as instances have room (no gain), no further instances of a function that keeps up (1 instead of 4 to 8; p99 holds 1). ' +
  'Not in it: opening the connections. Of 1,000 at once with a request each, the main thread takes 230 to 520 µs a connection, the floor’s 120 to 210: nothing is kept yet that a second request shares.';
const OFFLINE =
  'The floor itself reaches 7.05 times serverless-offline with REST (6.33 to 7.27) and 7.38 with HTTP (6.71 to 8.39), six pairs in turns on another host than the page’s. So the goal is above what the floor reached with REST, and within its interval with HTTP.';
const SPREAD =
  'By `bench -- phases`, of 28 µs with REST: writes to sockets 10.0, instance 3.3, map-response 3.1, receive 2.7, postMessage 1.8, map-request 1.4, reply 0.9, log 0.9, pipeline 0.9, collections 0.7, node:http 0.7, counting for records 0.4, others 1.4. ' +
  'Helped: code that survives idle seconds (a second of requests after one: 28 µs instead of 36), a tick object that is kept (a tick 0.06 µs instead of 0.33, two of a request), ' +
  'texts by shared memory, events of few pieces, headers shared by a connection.';
const REST =
  'Of 32.3 µs on the main thread beside 25.9 of the floor: JavaScript 7.4 and 2.2, built-ins 6.0 and 2.6, other native code of V8 and Node 9.5 and 10.6, kernel 6.7 and 6.8, collections 1.5 and 1.5, libc 1.3 and 2.2. ' +
  'So JavaScript and built-ins take 8.5 more, the rest 2.1 less. Throughput falls less than that, since two processors serve three: with all threads and the load generator a request takes 59.8 µs beside 55.1. ' +
  SPREAD;
const HTTP =
  'Of 27.2 µs on the main thread beside 22.1 of the floor: JavaScript 5.9 and 2.1, built-ins 5.1 and 2.5, other native code of V8 and Node 7.9 and 7.9, kernel 6.3 and 6.8, collections 1.1 and 1.4, libc 0.9 and 1.4. ' +
  'So JavaScript and built-ins take 6.4 more, the rest 1.3 less. With all threads and the load generator a request takes 49.1 µs beside 46.6. ' +
  SPREAD;
const AUTHORIZER =
  'Of 12 ms more than the bare handler, compiling takes 2 (85 KB beside 15), Powertools’ metrics 3 to 4, compiling the policy 2, ' +
  'deciding 1, stricter checks of token and keys 1, configuration 1. Helped: built-in modules without their facades (0.95 to 0.97 ×). ' +
  'Tried: metrics published after the answer (0.91 ×, but a failing one would not fail the call), one document instead of all (0.98, holds 1).';

/** Keys are the names of the goals. */
const CAUSES: Readonly<Record<string, string>> = {
  rest: REST,
  http: HTTP,
  'rest-authorized': `With a cached authorizer 34.5 µs on the main thread: 10.0 native, JavaScript 7.7, kernel 7.2, built-ins 6.6, collections 1.6, libc 1.4. Of the 2.2 more than without, finding the caller takes 0.4 and the grant 0.6 (\`bench -- phases\`); the rest is not divided. ${REST}`,
  'http-authorized': `Finding the caller and the grant take 1.0 more (\`bench -- phases\`, with REST). ${HTTP}`,
  'rest-offline': `${OFFLINE} ${REST}`,
  'http-offline': `${OFFLINE} ${HTTP}`,
  'rest-1000-p99': CROWD,
  'http-1000-p99': CROWD,
  'first-answer':
    'Of about 215 ms (198 on the host of the page), Node’s own start takes 12, reading and compiling the bundle 20, running it 48 (built-in modules 22), the gateway’s parts 25, ' +
    'reading the template and loading the stack 26, the function’s thread with its code 50; 34 are not divided. Helped: no second reading of the template (0.97 ×). Tried: a spare thread, ' +
    'kept code, a later certificate authority, http2 on demand (all hold 1), a young generation that grows faster (1.24 ×).',
  'save-plain':
    'Of 22 ms from the save to the new code (33 on the host of the page), 15 wait for an editor that writes in two steps; the rest is the build, and a thread that loads the code.',
  'save-sdk':
    'Of 300 ms, esbuild joined and printed the SDK again in 150, and 90 went to V8 compiling all of it again; 15 wait for the editor, 12 read the map, 10 hook modules, 5 write. ' +
    'Helped: packages are bundled apart after the first save (0.3 ×: 14 to 17 ms for the build, with a look at the packages’ files, and 40 for the packages from V8’s cache). Tried: re-exports found by name (code ran that one bundle would not run).',
  recording:
    'Beside a gateway that records nothing, 12 turns of 1.5 s: 0.93 (REST), and 32.4 µs on the main thread instead of 30.2. By perf JavaScript grows from 6.4 to 7.6, built-ins from 5.4 to 6.0, collections from 1.3 to 1.6. ' +
    'Of the 2.2 marking when phases begin takes 0.4, counting and sampling 0.4; the rest is not divided. At 28,000 requests a second one of 28 is kept in full. Tried: the beginning of one phase marked instead of all (1.02, holds 1).',
  'token-authorizer-alone-memory': AUTHORIZER,
  'token-authorizer-layer-memory': `${AUTHORIZER} The layer serves the bare handler, too, which gains more by it.`,
  'request-authorizer-alone-memory': AUTHORIZER,
  'request-authorizer-layer-memory': `${AUTHORIZER} The layer serves the bare handler, too, which gains more by it.`,
};

/** Returns undefined if no cause has been shown yet. */
export function causeOf({ name }: Goal): string | undefined {
  return CAUSES[name];
}
