// The same with a native helper: in a file of its own, for a hundred reloads of Firefox take their time.

import { startBrowser, VisitorHand } from "./people.mjs";
import { tellWalks } from "./walks.mjs";

tellWalks("Firefox", () => startBrowser({ kind: "firefox" }), VisitorHand, ["native helper"]);
