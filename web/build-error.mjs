/** What stops a build, in words for the person who started it. */
export class BuildError extends Error {}
