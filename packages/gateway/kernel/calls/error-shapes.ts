/**
 * The errors that AWS's API models declare for the operations that the gateway answers: their status, and the names of
 * their members. Most have the text in `message`, but some in `Message`.
 */
import { parseJsonObject } from '@gatewright/aws/json-object';
import { ERROR_SHAPES } from './models/errors.ts';

export type ErrorShape = {
  /** The signing name of the service. */
  readonly service: string;
  /** Absent if the model does not state a status. */
  readonly status?: number;
  readonly members: readonly string[];
  readonly codes: readonly string[];
};

let shapes: readonly ErrorShape[] | undefined;

/** Returns all errors. Each row has the errors of a service that have the same status and members. */
export function errorShapes(): readonly ErrorShape[] {
  shapes ??= ERROR_SHAPES.trim()
    .split('\n')
    .map((line) => parseJsonObject(line) as unknown as ErrorShape);
  return shapes;
}

/**
 * Returns the body of an error. The model decides whether the text is in the member `message` or `Message`; for an
 * error that is not in the model, it is in `message`. The text is left out if it is empty [obs: athena, for a body that
 * is not JSON].
 */
export function errorMembers(
  service: string,
  { code, message, members = {} }: { code: string; message: string; members?: object | undefined },
): object {
  const name = code.replace(/^.*#/, '');
  const isCapital = errorShapes().some(
    (shape) => shape.service === service && shape.codes.includes(name) && shape.members.includes('Message'),
  );
  return { ...(message !== '' && { [isCapital ? 'Message' : 'message']: message }), ...members };
}
