/**
 * Path steps that are appended to a route's property to find the place of the method or the path of the route. A
 * template has no such members, so their line is the line of the property itself; but SAM and osls have a separate
 * setting for each of them.
 */
export const VERB = '(verb)';
export const PATH = '(path)';
