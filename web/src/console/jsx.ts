// What JSX becomes in the bundle: `web/build.mjs` puts these two in its place.
//
// Calls with children behind one another are shorter than calls with a property `children` in each.

export { Fragment, h } from "preact";
