/** The value that means "Caller credentials are passed through". AWS then also checks the caller's own policies. */
export const CALLER_CREDENTIALS = {
  value: 'arn:aws:iam::*:user/*',
  consequence:
    'integrations do not run with the permissions of the caller: any caller of the method is accepted',
};
