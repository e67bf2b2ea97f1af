// A reverse proxy with TLS in front of the real server, by the very file that the handbook gives to operators: only
// its ports, its name and its certificate are those of this machine.

import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What operators are given. */
export const deploy = fileURLToPath(new URL("../../signaling/deploy/", import.meta.url));

/** One of those files, with what is to stand in the place of what; each must be there. */
export function fitted(file, places) {
  return Object.entries(places).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`${file} does not say ${from} any more`);
    return text.replaceAll(from, to);
  }, readFileSync(join(deploy, file), "utf8"));
}

const PROXIES = {
  nginx(folder, port, server, certificate) {
    const snippet = fitted("nginx.conf", {
      "listen 443": `listen ${port}`,
      "listen [::]:443": `listen [::1]:${port}`,
      "server_name help.example.org": "server_name localhost",
      "/etc/letsencrypt/live/help.example.org/fullchain.pem": certificate.chain,
      "/etc/letsencrypt/live/help.example.org/privkey.pem": certificate.key,
      "127.0.0.1:8080": `127.0.0.1:${server.port}`,
    });
    const places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`);
    const main = join(folder, "nginx.conf");
    writeFileSync(
      main,
      `daemon off; user root; pid ${folder}/pid; error_log stderr; worker_rlimit_nofile 4096;
      events { worker_connections 2048; }
      http { ${places.join(" ")} ${snippet} }`,
    );
    return ["nginx", "-e", "stderr", "-p", folder, "-c", main];
  },
  caddy(folder, port, server, certificate) {
    const site = fitted("Caddyfile", {
      "help.example.org {": `https://localhost:${port}, https://127.0.0.1:${port} {\n\ttls ${certificate.chain} ${certificate.key}`,
      "127.0.0.1:8080": `127.0.0.1:${server.port}`,
    });
    const main = join(folder, "Caddyfile");
    writeFileSync(main, `{\n\tadmin off\n\tauto_https disable_redirects\n\tstorage file_system ${folder}/storage\n}\n${site}`);
    return ["caddy", "run", "--adapter", "caddyfile", "--config", main];
  },
};

/** Starts a proxy; gives its port and how to stop it. */
export async function startProxy(name, port, server) {
  const folder = mkdtempSync(join(tmpdir(), `alongside-${name}-`));
  for (const sub of ["storage", "logs"]) mkdirSync(join(folder, sub));
  const certificate = { chain: join(folder, "chain.pem"), key: join(folder, "key.pem") };
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
      .concat(["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", certificate.key, "-out", certificate.chain]),
    { stdio: "ignore" },
  );
  const [command, ...args] = PROXIES[name](folder, port, server, certificate);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, HOME: folder } });
  const kill = () => child.kill("SIGTERM");
  process.once("exit", kill);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
  const ended = new Promise((resolve) => child.once("exit", resolve));
  for (let tries = 0; !(await isOpen(port)); tries++) {
    if (tries > 100 || child.exitCode !== null) throw new Error(`${name} does not come up: ${said}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    async stop() {
      process.off("exit", kill);
      kill();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(socket.destroy() && true)).once("error", () => resolve(false));
  });
}
