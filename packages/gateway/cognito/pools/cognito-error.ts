/** Errors of a user pool with Cognito's own names and wording. Clients distinguish them by name. */
import { ServiceRefusal } from '../../core/errors.ts';

export const WRONG_PASSWORD = 'Incorrect username or password.';
export const LOCKED_OUT = 'Password attempts exceeded';

export function notAuthorized(message: string): ServiceRefusal {
  return new ServiceRefusal('NotAuthorizedException', message);
}

/** AWS's message does not name the attribute. */
export function unauthorizedAttribute(name: string): ServiceRefusal {
  return new ServiceRefusal(
    'NotAuthorizedException',
    'A client attempted to write unauthorized attribute',
    400,
    name,
  );
}

export function invalidParameter(message: string): ServiceRefusal {
  return new ServiceRefusal('InvalidParameterException', message);
}

export function notFound(message: string): ServiceRefusal {
  return new ServiceRefusal('ResourceNotFoundException', message);
}

export function userNotFound(): ServiceRefusal {
  return new ServiceRefusal('UserNotFoundException', 'User does not exist.');
}
