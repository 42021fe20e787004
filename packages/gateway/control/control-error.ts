export type ControlErrorCode =
  | 'BadRequestException'
  | 'ConflictException'
  | 'LimitExceededException'
  | 'NotFoundException'
  | 'NotImplementedException'
  | 'SerializationException'
  | 'ValidationException';

export class ControlError extends Error {
  override readonly name = 'ControlError';
  readonly code: ControlErrorCode;

  constructor(code: ControlErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

export function badRequest(message: string): ControlError {
  return new ControlError('BadRequestException', message);
}

export function notFound(message: string): ControlError {
  return new ControlError('NotFoundException', message);
}

export function conflict(message: string): ControlError {
  return new ControlError('ConflictException', message);
}

/**
 * Returns the value that was found.
 * @throws ControlError NotFoundException if there is none
 */
export function orNotFound<Found>(found: Found | undefined, message: string): Found {
  if (found === undefined) throw notFound(message);
  return found;
}
