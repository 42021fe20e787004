/**
 * The request path of REST and HTTP APIs, from top to bottom. The differences between the two API types are data in the
 * deployment. Phases are synchronous unless they have to wait, so only phases that wait are awaited. The contract of
 * each phase is at the top of its file and in docs/request-path.md.
 */
import { authenticate, knownCaller } from './phases/authenticate.ts';
import { authorize } from './phases/authorize.ts';
import { lookUp, storeReply } from './phases/cache.ts';
import { compress } from './phases/compress.ts';
import { fail } from './phases/fail.ts';
import { finish } from './phases/finish.ts';
import { integrate, readAnswer } from './phases/integrate.ts';
import { log, logStreamed, observe } from './phases/log.ts';
import { mapRequest } from './phases/map-request.ts';
import { mapResponse } from './phases/map-response.ts';
import { match } from './phases/match.ts';
import { meter } from './phases/meter.ts';
import { preflight } from './phases/preflight.ts';
import { screen, screenByPolicy } from './phases/screen.ts';
import { validate } from './phases/validate.ts';
import { screenByFilter } from './stage-screens.ts';
import type { Screening } from './stage-screens.ts';
import { Trail } from './trail.ts';
import type { Recording } from './trail.ts';
import type { Admitted, Caller, Matched, Received, Reply } from './exchange.ts';
import type { FaultInjection } from './fault-injection.ts';
import type { Ports } from './ports.ts';

/**
 * Serves one request. Never rejects, because every failure becomes a reply. Every request is logged; a streamed reply
 * is logged when it ends.
 */
export async function serve(
  received: Received,
  at: Ports & Recording & Screening & FaultInjection,
): Promise<Reply> {
  const { faults } = at;
  const trail = new Trail(at.clock);
  if (at.records !== undefined) trail.keepAll(received);
  let reply: Reply;
  try {
    screen(received);
    trail.enter('match');
    const early = preflight(received);
    if (early === undefined) {
      const matched = match(received, at);
      const caller = recognize(matched, trail, at) ?? (await authenticate(matched, at));
      const admitted = admit(matched, caller, trail, at);
      trail.enter('cache');
      const cached = lookUp(admitted, at);
      trail.noteCache(cached);
      if (received.notes !== undefined) received.notes.lookedUp = cached;
      if (cached?.reply !== undefined) reply = cached.reply;
      else {
        trail.enter('map-request');
        const mapped = mapRequest(admitted);
        trail.enter('integrate');
        const outcome = await (faults === undefined
          ? integrate(mapped, at)
          : faults.integrate(mapped, trail, (sent) => integrate(sent, at)));
        trail.noteOutcome(outcome);
        const answer = readAnswer(mapped, outcome);
        trail.enter('map-response');
        reply = mapResponse(mapped, answer);
        if (cached !== undefined) storeReply(cached, reply, at);
        trail.answeredBy = 'integrate';
      }
      const { minimumCompressionBytes } = matched.stage.deployment;
      if (minimumCompressionBytes !== undefined) await compress(matched, reply, minimumCompressionBytes, at);
    } else {
      trail.enter('preflight');
      reply = early;
    }
  } catch (error) {
    reply = fail(error, received, trail);
  }
  finish(received, reply, trail);
  if (faults !== undefined) faults.breakOff(received, reply, trail);
  if (reply.stream === undefined) log(received, reply, trail, at);
  else logStreamed(received, reply, reply.stream, trail, at);
  return reply;
}

/**
 * Returns the caller of a request or WebSocket handshake; undefined if the authorizer's function or the token issuer
 * must be called first.
 */
export function recognize(matched: Matched, trail: Trail, at: Ports & Screening): Caller | undefined {
  const { stage } = matched;
  if ((stage.logs ?? at.metrics) !== undefined) observe(matched, trail, at);
  trail.enter('screen');
  if (at.screens?.isEmpty === false) screenByFilter(matched, at.screens, at.clock);
  screenByPolicy(matched);
  trail.enter('authenticate');
  return knownCaller(matched, at);
}

/** Runs the checks that need a known caller. */
export function admit(matched: Matched, caller: Caller, trail: Trail, at: Ports): Admitted {
  if (matched.notes !== undefined) matched.notes.caller = caller;
  trail.enter('authorize');
  const authenticated = authorize(matched, caller);
  trail.enter('meter');
  const admitted = meter(authenticated, at);
  trail.enter('validate');
  validate(admitted);
  return admitted;
}
