/**
 * Minimum time between two writes of the time when a key was last used. Pages and commands that show this time say how
 * old it may be.
 */
export const LAST_USE_EVERY_SECONDS = 600;
