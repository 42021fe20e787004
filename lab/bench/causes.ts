/**
 * Explains why goals are missed, according to profiles of 24 and 25 November 2026, and describes what was tried. The
 * figures of `rest` and `http` were measured with perf, five times each and in turns with the floor, and are scaled to
 * the figures on the page of commit 5125454b. The other figures come from other runs.
 */
import type { Goal } from './goals.ts';

const CROWD =
  'Of the main thread’s time per request, with 32 and with 1,000 connections, JavaScript takes 6.7 and 13.4 µs, built-ins take 5.3 and 8.1, ' +
  'the kernel takes 5.6 and 8.5, and garbage collection takes 1.0 and 5.3. Garbage collection grows most, because objects outlive the young generation; why JavaScript grows is not known. The rest is not broken down. ' +
  'Helped: a young generation that grows with the number of connections (p99 1.17 instead of 1.70 × in one run). ' +
  'Tried: small young generations (2, 4, 32 MB: slower), starting requests only when an instance is free (no gain), starting no further instances of a function that keeps up with its requests (1 instance instead of 4 to 8; the interval of the p99 includes 1). ' +
  'Opening the connections is not included. With 1,000 opened at once and one request on each, the main thread takes 230 to 520 µs per connection, and the floor 120 to 210, because the caches that later requests use are still empty.';
const OFFLINE =
  'The floor itself reaches 7.05 times serverless-offline with REST (6.33 to 7.27) and 7.38 with HTTP (6.71 to 8.39), in six alternating pairs on a different host. The goal with REST is 0.78 of the floor’s 7.05, because the gateway is slower than the floor.';
const SPREAD =
  'According to `bench -- phases`, the 28 µs with REST are: writes to sockets 10.0, instance 3.3, map-response 3.1, receive 2.7, postMessage 1.8, map-request 1.4, reply 0.9, log 0.9, pipeline 0.9, garbage collection 0.7, node:http 0.7, counting for records 0.4, others 1.4. ' +
  'Helped: keeping compiled code through idle seconds (28 µs instead of 36 in the first second after an idle second), reusing the tick object (0.06 µs instead of 0.33 per tick, two ticks per request), ' +
  'passing strings in shared memory, building events from few pieces, sharing headers within a connection.';
const REST =
  'The 32.3 µs on the gateway’s main thread and the 25.9 on the floor’s consist of: JavaScript 7.4 and 2.2, built-ins 6.0 and 2.6, other native code of V8 and Node 9.5 and 10.6, kernel 6.7 and 6.8, garbage collection 1.5 and 1.5, libc 1.3 and 2.2. ' +
  'So JavaScript and built-ins take 8.5 µs more in the gateway than in the floor, and the rest takes 2.1 µs less. Throughput differs less, because three threads share two processors: with all threads and the load generator, a request takes 59.8 µs compared with 55.1. ' +
  SPREAD;
const HTTP =
  'The 27.2 µs on the gateway’s main thread and the 22.1 on the floor’s consist of: JavaScript 5.9 and 2.1, built-ins 5.1 and 2.5, other native code of V8 and Node 7.9 and 7.9, kernel 6.3 and 6.8, garbage collection 1.1 and 1.4, libc 0.9 and 1.4. ' +
  'So JavaScript and built-ins take 6.4 µs more in the gateway than in the floor, and the rest takes 1.3 µs less. With all threads and the load generator, a request takes 49.1 µs compared with 46.6. ' +
  SPREAD;
const AUTHORIZER =
  'Of the 12 ms that the authorizer takes more than the bare handler, compiling the code takes 2 (85 KB instead of 15), Powertools metrics 3 to 4, compiling the policy 2, ' +
  'the decision 1, stricter checks of token and keys 1, configuration 1. Helped: importing built-in modules without their ESM facades (0.95 to 0.97 ×). ' +
  'Tried: publishing metrics after the result (0.91 ×, but a failure to publish would not fail the call), one access document instead of all (0.98, and the interval includes 1).';

/** Keys are the names of the goals. */
const CAUSES: Readonly<Record<string, string>> = {
  rest: REST,
  http: HTTP,
  'rest-authorized': `With a cached authorizer, a request takes 34.5 µs on the main thread: native code 10.0, JavaScript 7.7, kernel 7.2, built-ins 6.6, garbage collection 1.6, libc 1.4. Of the 2.2 µs that a request takes more than without an authorizer, identifying the caller takes 0.4 and evaluating the policy 0.6 (\`bench -- phases\`); the rest is not broken down. ${REST}`,
  'http-authorized': `Identifying the caller and evaluating the policy take 1.0 µs more (\`bench -- phases\`, with REST). ${HTTP}`,
  'rest-offline': `${OFFLINE} ${REST}`,
  'http-offline': `${OFFLINE} ${HTTP}`,
  'rest-1000-p99': CROWD,
  'http-1000-p99': CROWD,
  'first-answer':
    'Of about 215 ms (198 on the host on which this page was measured), starting Node takes 12, reading and compiling the bundle 20, running it 48 (built-in modules 22), creating the parts of the gateway 25, ' +
    'reading the template and loading the stack 26, starting the thread of the function with its code 50; 34 are not broken down. Helped: reading the template only once (0.97 ×). Tried: a spare thread, ' +
    'cached code, creating the certificate authority later, loading http2 on demand (the interval of each includes 1), a young generation that grows faster (1.24 ×).',
  'save-plain':
    'Of the time from the save to the new code, a pause after the write takes 2 ms; the build and a thread that loads the code take the rest. ' +
    'What helped: the watcher waits 15 ms for a second write only if it sees a sign that the editor writes in two steps (JavaScript: 0.56 ×, 0.50 to 0.61, 21 pairs).',
  'save-sdk':
    'Of 300 ms, esbuild took 150 to bundle the SDK again, and V8 took 90 to compile all of it again; the wait for the editor takes 15, reading the source map 12, hooking modules 10, writing 5. ' +
    'Helped: bundling packages separately after the first save (0.3 ×: 14 to 17 ms for the build, including a check of the packages’ files, and 40 to load the packages from V8’s cache). Tried: resolving re-exports by name (it ran code that a single bundle would not run).',
  recording:
    'Compared with a gateway that records nothing, in 12 turns of 1.5 s, throughput is 0.93 × (REST), and a request takes 32.4 µs on the main thread instead of 30.2. According to perf, JavaScript grows from 6.4 to 7.6, built-ins from 5.4 to 6.0, garbage collection from 1.3 to 1.6. ' +
    'Of the 2.2 µs, recording the start times of phases takes 0.4, and counting and sampling 0.4; the rest is not broken down. At 28,000 requests a second, one of 28 is recorded in full. Tried: recording the start time of one phase instead of all (1.02, and the interval includes 1).',
  'token-authorizer-alone-memory': AUTHORIZER,
  'token-authorizer-layer-memory': `${AUTHORIZER} The bare handler uses the layer too, and gains more from it.`,
  'request-authorizer-alone-memory': AUTHORIZER,
  'request-authorizer-layer-memory': `${AUTHORIZER} The bare handler uses the layer too, and gains more from it.`,
};

/** Returns the cause of a missed goal; undefined if no cause has been shown yet. */
export function causeOf({ name }: Goal): string | undefined {
  return CAUSES[name];
}
