/**
 * Refuses plain HTTP requests to a WebSocket API other than `@connections` (docs/aws §11.5), and records them: a client
 * that forgets the upgrade is a common mistake.
 */
import { gatewayError } from '../errors.ts';
import { fail } from '../phases/fail.ts';
import { Trail } from '../trail.ts';
import type { Received, Reply } from '../exchange.ts';
import type { Clock } from '../ports.ts';
import type { Recording } from '../trail.ts';
import { findStage } from './management.ts';

/** Must not be called with a call about connections (`isManagementCall`). */
export function refusePlain(received: Received, at: Recording & { readonly clock: Clock }): Reply {
  const { api, rawPath } = received;
  const trail = new Trail(at.clock);
  if (at.records !== undefined) trail.keepAll(received);
  trail.enter('match');
  const reply = failToFind(received, trail);
  reply.headers.push('x-amzn-RequestId', received.requestId);
  const { stageName, path } = api.locate(rawPath, api.stages);
  const stage = api.stages.get(stageName);
  // The stage is only recorded. The text of the refusal depends on the API and not on the stage.
  if (stage !== undefined) received.onStage(stage, path);
  at.records?.take({ received, reply, trail, latencyMs: trail.elapsedMs(), connectionId: undefined });
  return reply;
}

function failToFind(received: Received, trail: Trail): Reply {
  try {
    findStage(received.api, received.rawPath);
    throw gatewayError('MISSING_AUTHENTICATION_TOKEN', {
      source: 'client',
      reason: 'a WebSocket API responds to plain HTTP only at @connections',
    });
  } catch (error) {
    return fail(error, received, trail);
  }
}
