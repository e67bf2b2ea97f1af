// A visitor in a real Chromium whose session survives every way through a site.

import { startBrowser, VisitorHand } from "./people.mjs";
import { tellWalks } from "./walks.mjs";

tellWalks("Chromium", startBrowser, VisitorHand, ["console", "native helper"]);
