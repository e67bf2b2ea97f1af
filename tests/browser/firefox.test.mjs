// A visitor in a real Firefox whose session survives every way through a site.

import { FirefoxHand, startFirefox } from "./firefox.mjs";
import { tellWalks } from "./walks.mjs";

tellWalks("Firefox", startFirefox, FirefoxHand);
