// A small internet in network namespaces, made for this process alone and gone with it:
//
//     visitor ── home   5.5.5.101 ──┐
//             └─ cafe   5.5.5.103 ──┼── a switch ── server 5.5.5.10
//     helper ─── office 5.5.5.102 ──┘
//
// `home`, `cafe` and `office` are routers as people have them: they translate addresses and let nothing in that was not
// asked for. Nothing leads out, so the addresses are nobody's; they are only such as agents take for public ones.
// Losses and slowness are made with nftables and a token bucket: not every kernel has netem.

import { execFileSync, spawnSync } from "node:child_process";

export const SERVER = "5.5.5.10";

const ROUTERS = {
  home: { wan: "5.5.5.101", lan: "10.1.0", host: "visitor", link: "eth0" },
  cafe: { wan: "5.5.5.103", lan: "10.3.0", host: "visitor", link: "eth1" },
  office: { wan: "5.5.5.102", lan: "10.2.0", host: "helper", link: "eth0" },
};
const HOSTS = ["server", "visitor", "helper"];

/** Runs a command to its end. */
export const run = (command, ...args) => execFileSync(command, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });

/** A command line that runs in a namespace: it becomes the program itself, so that a signal reaches that. */
export const inside = (space, ...command) => ["ip", "netns", "exec", space, ...command];

export const ip = (space, text) => run("ip", "-n", space, ...text.split(" "));

export const sysctl = (space, ...settings) => run(...inside(space, "sysctl", "-qw", ...settings));

function rules(space, text) {
  const { status, stderr } = spawnSync("ip", ["netns", "exec", space, "nft", "-f", "-"], { input: text, encoding: "utf8" });
  if (status !== 0) throw new Error(`nft: ${stderr}`);
}

/** Why there can be no lab on this machine, or null. */
export function whyNot() {
  try {
    run("ip", "netns", "add", "trial");
    ip("trial", "link add one type bridge");
    ip("trial", "link add two type veth peer name three");
    rules("trial", "table ip t { chain c { type nat hook postrouting priority 100; oifname two masquerade; }; }");
    rules("trial", "table ip u { chain c { type filter hook forward priority 0; numgen random mod 10 < 1 drop; }; }");
    run(...inside("trial", "tc", "qdisc", "add", "dev", "two", "root", "tbf", "rate", "1mbit", "burst", "16kb", "latency", "1s"));
    return null;
  } catch (error) {
    return error.message.trim().replaceAll("\n", " ");
  } finally {
    spawnSync("ip", ["netns", "delete", "trial"]);
  }
}

/** Builds it. */
export function build() {
  for (const space of ["switch", ...HOSTS, ...Object.keys(ROUTERS)]) {
    run("ip", "netns", "add", space);
    ip(space, "link set lo up");
    sysctl(space, "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1");
  }
  ip("switch", "link add hub type bridge");
  ip("switch", "link set hub up");
  plug("server", "eth0");
  ip("server", `addr add ${SERVER}/24 dev eth0`);
  for (const [name, { wan, lan, host, link }] of Object.entries(ROUTERS)) {
    plug(name, "wan");
    ip(name, `addr add ${wan}/24 dev wan`);
    ip(name, `link add lan type veth peer name ${link} netns ${host}`);
    ip(name, `addr add ${lan}.1/24 dev lan`);
    ip(name, "link set lan up");
    sysctl(name, "net.ipv4.ip_forward=1");
    // What comes unasked must be dropped before the router remembers it: it would take the port that the host behind
    // it is about to use, and the host would be given another one for each peer.
    rules(
      name,
      `table ip router {
        chain translate { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
        chain own { type filter hook input priority filter; iifname "wan" ct state new meta l4proto { tcp, udp } drop; }
        chain through { type filter hook forward priority filter; iifname "wan" ct state new drop; }
      }`,
    );
  }
  join("home");
  join("office");
}

function plug(space, link) {
  ip("switch", `link add ${space} type veth peer name ${link} netns ${space}`);
  ip("switch", `link set ${space} master hub up`);
  ip(space, `link set ${link} up`);
}

/** The host behind a router takes its address there, as a phone that comes home. */
function join(name) {
  const { lan, host, link } = ROUTERS[name];
  ip(host, `link set ${link} up`);
  ip(host, `addr add ${lan}.2/24 dev ${link}`);
  ip(host, `route add default via ${lan}.1`);
}

function leave(name) {
  const { host, link } = ROUTERS[name];
  ip(host, `addr flush dev ${link}`);
  ip(host, `link set ${link} down`);
}

/** The visitor goes from home to another network. */
export function roam() {
  leave("home");
  join("cafe");
}

/** The router drops so much of what it forwards, of both directions. */
export function lose(router, percent) {
  heal(router);
  const some = percent < 100 ? `numgen random mod 100 < ${percent} ` : "";
  rules(router, `table ip fault { chain lose { type filter hook forward priority -10; ${some}drop; }; }`);
}

/** The router's line takes so much, in both directions, and keeps back a third of a second of it. */
export function slow(router, rate) {
  heal(router);
  for (const link of ["wan", "lan"]) {
    run(...inside(router, "tc", "qdisc", "add", "dev", link, "root", "tbf", "rate", rate, "burst", "4kb", "latency", "300ms"));
  }
}

/** The router is well again. */
export function heal(router) {
  spawnSync("ip", ["netns", "exec", router, "nft", "delete", "table", "ip", "fault"]);
  for (const link of ["wan", "lan"]) spawnSync("ip", ["netns", "exec", router, "tc", "qdisc", "del", "dev", link, "root"]);
}

/** All is again as it was built. */
export function restore() {
  leave("cafe");
  leave("home");
  join("home");
  for (const [name, { wan }] of Object.entries(ROUTERS)) {
    heal(name);
    renumber(name, wan);
    forgetAfter(name, 120);
  }
}

/** The router gets another address from its provider; without one, it forgets whom it translates for. */
export function renumber(router, address = ROUTERS[router].wan) {
  // A masquerade goes with the address that it was for.
  ip(router, "addr flush dev wan");
  ip(router, `addr add ${address}/24 dev wan`);
}

/** The router forgets a flow of UDP that has been silent for so long. Units: seconds. */
export function forgetAfter(router, seconds) {
  sysctl(
    router,
    `net.netfilter.nf_conntrack_udp_timeout=${seconds}`,
    `net.netfilter.nf_conntrack_udp_timeout_stream=${seconds}`,
  );
}
