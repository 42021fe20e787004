/** The value of Credentials with which AWS calls the integration with the caller's own permissions. */
export const CALLER_CREDENTIALS = {
  value: 'arn:aws:iam::*:user/*',
  consequence:
    'integrations do not run with the permissions of the caller: any caller of the method is accepted',
};
