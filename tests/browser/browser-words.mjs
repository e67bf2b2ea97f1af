// What browsers say by themselves when something comes in their way that a test does on purpose: each has its own words.

/** A page is left, or its server gone, while it dials. */
export const LEFT =
  /closed before the connection is established|can’t establish a connection to the server at ws:|to ws:\S+ was interrupted while the page was loading/;

/** A policy whose `http:` does not cover `ws:`; the widget then goes over plain HTTP. */
export const WEBSOCKET_REFUSED =
  /Connecting to 'ws:.*violates the following Content Security Policy|blocked the loading of a resource \(connect-src\) at ws:/;

/** A script is not the one that its integrity says. */
export const CHANGED = /Failed to find a valid digest|None of the “sha\d+” hashes in the integrity attribute match/;

/** A part of the widget did not come: the widget tells the event that said so. */
export const NOT_COME = /: (Alongside: )?(Event|\{\})( \(\S*\))?$/;

/** A page is left while it loads a script: to Firefox an empty one has come, which is not the right one. */
export const CUT =
  /The computed hash is “47DEQpj8HBSa\+\/TImW\+5JCeuQeRkm5NMpJWZG3hSuFU=”|error loading dynamically imported module|Alongside: Error \(/;
