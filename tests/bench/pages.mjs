// The pages of a bench: a site with the tag of a server, and the bare connection's, at an address:
// `node pages.mjs ADDRESS SERVER [STUN-URL]`. Says where they are, and ends with its standard input.

import { html, snippet, startSite } from "../browser/site.mjs";
import { startBare } from "./bare.mjs";
import { watch } from "./watch.mjs";

const [address, server, stun] = process.argv.slice(2);
const head = `<script>(${watch})()</script>`;
const site = await startSite({ "/": { html: html("A shop", head + (await snippet(server))) } }, { host: address });
const configuration = stun ? { iceServers: [{ urls: stun }] } : {};
const bare = await startBare({ address, relayHost: new URL(server).hostname, configuration, head });
console.log(JSON.stringify({ site: site.origin, bare: bare.origin }));
process.stdin.resume().on("end", () => process.exit());
