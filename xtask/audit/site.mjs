// The built page as a good static host serves it, and a browser to look at it with. The folder is named
// by DROPOUT_MOMENTS_DIST, the browser by CHROME.

import { readFileSync, readdirSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { brotliCompressSync } from "node:zlib";
import puppeteer from "puppeteer-core";

const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".json": "application/json",
  ".js": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".woff2": "font/woff2",
};
const ALREADY_PACKED = [".png", ".woff2"];

/** Serves a folder, everything packed beforehand; what lies at some paths, with a policy of its own. */
export async function serve(folder = process.env.DROPOUT_MOMENTS_DIST, policies = {}) {
  const files = new Map();
  for (const name of readdirSync(folder, { recursive: true })) {
    const type = TYPES[extname(name)];
    if (!type) continue; // A folder, or nothing that a page asks for.
    const content = readFileSync(join(folder, name));
    const headers = {
      "Content-Type": type,
      // What has a hash in its name never changes.
      "Cache-Control": /-[0-9a-f]{12,16}[._]/.test(name) ? "max-age=31536000, immutable" : "no-cache",
    };
    const packed = !ALREADY_PACKED.includes(extname(name));
    if (packed) headers["Content-Encoding"] = "br";
    files.set(`/${name.replaceAll(sep, "/")}`, { headers, body: packed ? brotliCompressSync(content) : content });
  }
  for (const [path, file] of [...files]) {
    const [, place] = path.match(/^(.*\/)index\.html$/) ?? [];
    if (!place) continue;
    files.set(place, file);
    if (policies[place]) file.headers["Content-Security-Policy"] = policies[place];
  }

  const requests = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url, "http://localhost").pathname;
    requests.push(path);
    const file = files.get(path);
    if (file) {
      response.writeHead(200, { ...file.headers, "Content-Length": file.body.length }).end(file.body);
    } else {
      response.writeHead(404, { "Content-Type": "text/plain" }).end("not found");
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    /** The paths that have been asked for. */
    requests,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Starts the browser, which shows no window. */
export function launch(options) {
  // Root can't have the sandbox.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return puppeteer.launch({ executablePath: process.env.CHROME, args, ...options });
}
