// Every way through a site and a hundred reloads, with a visitor in Firefox.

import { startBrowser, VisitorHand } from "./people.mjs";
import { tellWalks } from "./walks.mjs";

tellWalks("Firefox", () => startBrowser({ kind: "firefox" }), VisitorHand);
