/** The domains of AWS's services, for regular expressions of JavaScript and Python. */
export const AWS_DOMAINS = String.raw`(?:amazonaws\.com(?:\.cn)?|api\.aws)`;
