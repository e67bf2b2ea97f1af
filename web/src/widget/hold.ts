// How long a page on which something goes on waits to be drawn on. Units: milliseconds. To draw takes the browser as long as
// to connect, and that comes first; it is sooner than a person takes for a delay.
export const HOLD_MS = 80;
