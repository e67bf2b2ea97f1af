// Every way through a site and a hundred reloads, with a visitor in Firefox and a helper at the console.

import { startBrowser, VisitorHand } from "./people.mjs";
import { tellWalks } from "./walks.mjs";

tellWalks("Firefox", () => startBrowser({ kind: "firefox" }), VisitorHand, ["console"]);
