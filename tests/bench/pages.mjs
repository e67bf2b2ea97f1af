// The pages of a bench: a site with the tag of a server, and the bare connection's, at an address:
// `node pages.mjs ADDRESS SERVER [STUN-URL]`. Says where they are, and ends with its standard input.

import { html, snippet, startSite } from "../browser/site.mjs";
import { startBare } from "./bare.mjs";

const [host, server, stun] = process.argv.slice(2);
const site = await startSite({ "/": { html: html("A shop", await snippet(server)) } }, { host });
const bare = await startBare({ host, configuration: stun ? { iceServers: [{ urls: stun }] } : {} });
console.log(JSON.stringify({ site: site.origin, bare: bare.origin }));
process.stdin.resume().on("end", () => process.exit());
