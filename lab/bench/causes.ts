/** Why goals are missed, as profiles of 24 and 25 November 2026 have shown it (perf, --cpu-prof, two processors), and what was tried. */
import type { Goal } from './goals.ts';

const CROWD =
  'Of 32 and of 1,000 connections a request takes on the main thread 6.7 and 13.4 µs of JavaScript, 5.3 and 8.1 of built-ins, ' +
  '5.6 and 8.5 of the kernel, 1.0 and 5.3 of collections: these grow most, since objects outlive the young generation; the others by half to twice, as with misses of the cache, which this machine does not count. The rest of each is not divided. ' +
  'The floor’s goes from 29 to 40 µs, ours from 31 to 58. Helped: a young generation that grows with the connections (p99 1.17 instead of 1.70 × in one run). ' +
  'Tried: small young generations (2, 4, 32 MB: slower), requests begun only as instances have room (no gain), no further instances of a function that keeps up (1 instead of 4 to 8; p99 holds 1). ' +
  'Not in it: opening the connections. Of 1,000 at once with a request each, the main thread takes 230 to 520 µs a connection, the floor’s 120 to 210: nothing is kept yet that a second request shares.';
const OFFLINE =
  'The floor itself reaches 7.05 times serverless-offline with REST (6.33 to 7.27) and 7.38 with HTTP (6.71 to 8.39), six pairs in turns in another run than the page’s. So the goal is above what the floor reaches with REST, and within its interval with HTTP. ' +
  'What ours lacks beside the floor is under `rest` and `http`.';
const AUTHORIZED =
  'A cached authorizer adds 3.8 µs to the main thread’s 77 (`bench -- phases`, with REST): finding the caller 1.7, the grant 2.1.';
const AUTHORIZER =
  'Of 12 ms more than the bare handler, compiling takes 2 (85 KB beside 15), Powertools’ metrics 3 to 4, compiling the policy 2, ' +
  'deciding 1, stricter checks of token and keys 1, configuration 1. Helped: built-in modules without their facades (0.95 to 0.97 ×). ' +
  'Tried: metrics published after the answer (0.91 ×, but a failing one would not fail the call), one document instead of all (0.98, holds 1).';

/** By the goals' names. */
const CAUSES: Readonly<Record<string, string>> = {
  rest:
    'Of 30.8 µs on the main thread beside 28.6 of the floor: JavaScript 6.7 and 3.1 (phases, event and answer, records), built-ins 5.3 and 3.3, ' +
    'the rest less (kernel 5.6 and 7.0, V8 5.1 and 6.5, collections 1.0 and 1.8). That is 0.93, of an hour in which the host was faster: what makes it less in a slow one has not been divided. Helped: texts by shared memory, events of few pieces, headers shared by a connection.',
  http:
    'In turns with the floor, three times: 39 to 58 µs a request of user time and 13 to 15 of the kernel on the main thread, beside 37 to 45 and 16 to 18; ' +
    'the function’s thread takes the same and is woken less (0.08 times a request beside 0.3 to 0.4), so the difference is user time of the main thread, neither the kernel nor wake-ups. ' +
    'By `bench -- phases`, of the main thread: writes to sockets 28 %, postMessage 12, replies of the instance 12, receive 11, map-response 9, map-request 6.',
  'rest-authorized': `As under \`rest\`. ${AUTHORIZED}`,
  'http-authorized': `As under \`http\`. ${AUTHORIZED}`,
  'rest-offline': OFFLINE,
  'http-offline': OFFLINE,
  'rest-1000-p99': CROWD,
  'http-1000-p99': CROWD,
  'first-answer':
    'Of about 215 ms, Node’s own start takes 12, reading and compiling the bundle 20, running it 48 (built-in modules 22), the gateway’s parts 25, ' +
    'reading the template and loading the stack 26, the function’s thread with its code 50. Helped: no second reading of the template (0.97 ×). Tried: a spare thread, ' +
    'kept code, a later certificate authority, http2 on demand (all hold 1), a young generation that grows faster (1.24 ×).',
  'save-plain':
    'Of 22 ms from the save to the new code, 15 wait for an editor that writes in two steps; the rest is the build, and a thread that loads the code.',
  'save-sdk':
    'Of 300 ms, esbuild joined and printed the SDK again in 150, and 90 went to V8 compiling all of it again; 15 wait for the editor, 12 read the map, 10 hook modules, 5 write. ' +
    'Helped: packages are bundled apart after the first save (0.3 ×: 14 to 17 ms for the build, with a look at the packages’ files, and 40 for the packages from V8’s cache). Tried: re-exports found by name (code ran that one bundle would not run).',
  'token-authorizer-alone-memory': AUTHORIZER,
  'token-authorizer-layer-memory': `${AUTHORIZER} The layer serves the bare handler, too, which gains more by it.`,
  'request-authorizer-alone-memory': AUTHORIZER,
  'request-authorizer-layer-memory': `${AUTHORIZER} The layer serves the bare handler, too, which gains more by it.`,
};

/** Undefined = none was shown yet. */
export function causeOf({ name }: Goal): string | undefined {
  return CAUSES[name];
}
