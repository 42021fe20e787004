/** Refusals of a user pool, in Cognito's own names and words; clients tell them apart by the name. */
export class CognitoError extends Error {
  override readonly name = 'CognitoError';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export const WRONG_PASSWORD = 'Incorrect username or password.';

export function notAuthorized(message: string): CognitoError {
  return new CognitoError('NotAuthorizedException', message);
}

export function invalidParameter(message: string): CognitoError {
  return new CognitoError('InvalidParameterException', message);
}

export function notFound(message: string): CognitoError {
  return new CognitoError('ResourceNotFoundException', message);
}

export function userNotFound(): CognitoError {
  return new CognitoError('UserNotFoundException', 'User does not exist.');
}
