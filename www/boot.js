// Compiles the page's WebAssembly and starts it; says why where that can't be done.
//
// A classic script, like the glue before it: modules and `fetch` don't work on a page that was opened
// from the disk or sits in an iframe without an origin. There, and where the server sends the wasm with
// a wrong type, the wasm comes out of a further script that `cargo xtask post-build` has made.
"use strict";

(() => {
  const { glue, wasm } = document.currentScript.dataset;
  const absolute = (url) => new URL(url, document.baseURI).href;

  // What the Rust side needs to start workers with: the glue's address, and its text where a worker
  // could not import it from there.
  const ours = { glue: absolute(glue), glueText: null, later: null, soon, loadLater, loadDigits, startWorker };
  // What the fallback script has brought, if it was needed; the page as one file has it from the start.
  let fallback = globalThis.dropoutMoments?.fallback;
  const isOneFile = Boolean(fallback);
  globalThis.dropoutMoments = ours;

  async function compile() {
    if (typeof WebAssembly !== "object") {
      throw new Error("This browser has no WebAssembly, or it is switched off.");
    }
    try {
      if (fallback) {
        return await compileFallback();
      }
      return await WebAssembly.compileStreaming(fetch(absolute(wasm)));
    } catch (error) {
      if (!hasSimd()) {
        throw new Error("This browser’s WebAssembly has no SIMD instructions. Chrome and Edge have had them since version 91, Firefox since 89, Safari since 16.4.");
      }
      if (fallback) {
        throw error;
      }
      await loadFallback(error);
      return compileFallback();
    }
  }

  function addScript(name, brings, error) {
    return new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = trust(absolute(name));
      // It is there, but it may be broken.
      script.onload = () => (ours[brings] ? resolve() : script.onerror());
      script.onerror = () => reject(partIsMissing(error.message));
      document.head.append(script);
    });
  }

  // The images that networks are trained on, for whoever asks: `then` gets their bytes, or why there are none.
  function loadDigits(then) {
    const loaded = isOneFile
      ? Promise.reject(new Error("they are not in the page as one file, which they would make too large"))
      : fetchBytes(absolute("digits.bin")).catch((error) => addScript("digits.js", "digits", error).then(() => bytes(atob(ours.digits))));
    loaded.then(then, (error) => then(error.message));
  }

  async function fetchBytes(address) {
    const response = await fetch(address);
    if (!response.ok) {
      throw new Error(response.status);
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  async function loadFallback(error) {
    await addScript(wasm.replace("_bg.wasm", ".fallback.js"), "fallback", error);
    fallback = ours.fallback;
    delete ours.fallback;
  }

  function compileFallback() {
    ours.glueText = fallback.glue;
    return WebAssembly.compile(unpacked(fallback.wasm));
  }

  narrowPolicy();

  // The published page has a policy that leaves open whose files it is made of; this one allows only
  // those of its own folder (xtask/src/policy.rs says why here).
  function narrowPolicy() {
    const given = document.querySelector("meta[http-equiv=Content-Security-Policy]");
    if (!given) {
      return;
    }
    // What ends a directive can stand in an address.
    const folder = absolute(".").replaceAll(";", "%3B").replaceAll(",", "%2C");
    const own = folder.startsWith("file:") ? "file:" : folder;
    const narrow = given.cloneNode();
    narrow.content = given.content.replaceAll(/http: https:( file:)?/g, own);
    given.after(narrow);
  }

  // The page's policy has the browser refuse every address of a script but those that come from here.
  const policy = globalThis.trustedTypes?.createPolicy("dropout-moments", { createScriptURL: (url) => url });
  const trust = (url) => (policy ? policy.createScriptURL(url) : url);

  // Calls a function of the program in a task of its own.
  function soon(then) {
    return new Promise(setTimeout).then(() => then()).catch(fail);
  }

  const workers = [];

  function startWorker(script) {
    const worker = new Worker(trust(URL.createObjectURL(script)));
    workers.push(worker);
    return worker;
  }

  // What the program wants done once its later part is there. Never let go: where that part can't be
  // loaded, the program could not destroy it.
  const waiting = [];

  // The program asks for its later part, which `cargo xtask post-build` has split off: at the end of
  // its start with a function to call when it is there, in a task of its own, and with null where it is in need of it. It
  // then stands in the middle of a function, and nothing else may happen before it goes on.
  function loadLater(then) {
    // A call of a function that has come long since, as in each frame of a drag.
    if (!then && ours.later) {
      return;
    }
    const name = Object.keys(program).find((name) => name.endsWith(".wasm"));
    const isThere = () => !name || ours.later;
    const start = (module) => {
      new WebAssembly.Instance(module, { 0: program });
      ours.later = module;
    };
    if (then) {
      waiting.push(then);
      const compiled = isThere() ? Promise.resolve() : compileLater(name);
      compiled.then((module) => isThere() || start(module)).then(() => soon(then)).catch(fail);
    } else if (!isThere()) {
      try {
        start(moduleOf(fallback ? unpacked(fallback.later) : fetchNow(name)));
      } catch (error) {
        fail(error);
        throw error;
      }
    }
  }

  const addressOf = (name) => new URL(name, absolute(wasm)).href;
  // The fallback script has it as base64, the page as one file as bytes.
  const unpacked = (wasm) => (typeof wasm === "string" ? bytes(atob(wasm)) : wasm);
  const bytes = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
  const partIsMissing = (reason) => new Error(`A part of the page can’t be loaded; opening it anew may help (${reason}).`);

  function moduleOf(bytes) {
    try {
      return new WebAssembly.Module(bytes);
    } catch (error) {
      throw partIsMissing(error.message);
    }
  }

  async function compileLater(name) {
    if (fallback) {
      return WebAssembly.compile(unpacked(fallback.later));
    }
    const response = await fetch(addressOf(name)).catch((error) => { throw partIsMissing(error.message); });
    if (!response.ok) {
      throw partIsMissing(response.status);
    }
    return WebAssembly.compile(await response.arrayBuffer()).catch((error) => { throw partIsMissing(error.message); });
  }

  function fetchNow(name) {
    const request = new XMLHttpRequest();
    request.open("GET", addressOf(name), false);
    // A synchronous request gives nothing but text; its bytes are the lower halves of these characters.
    request.overrideMimeType("text/plain; charset=x-user-defined");
    try {
      request.send();
    } catch (error) {
      throw partIsMissing(error.message);
    }
    if (request.status !== 200) {
      throw partIsMissing(request.status);
    }
    return bytes(request.responseText);
  }

  // A module whose one function is `v128.const 0; drop`.
  function hasSimd() {
    return WebAssembly.validate(Uint8Array.of(
      0, 97, 115, 109, 1, 0, 0, 0, // magic number, version
      1, 4, 1, 96, 0, 0, //           types: () -> ()
      3, 2, 1, 0, //                  functions: one, of that type
      10, 23, 1, 21, 0, 253, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 26, 11, // code
    ));
  }

  // What the program's instance exports.
  let program;
  // Whether a call of it has thrown.
  let stopped = false;

  // `initSync` would run Rust's `main`, which gets a task of its own instead. It is given an instance
  // whose calls from outside are guarded.
  async function run(module) {
    const { Instance } = WebAssembly;
    let start;
    WebAssembly.Instance = function (...how) {
      WebAssembly.Instance = Instance;
      program = new Instance(...how).exports;
      start = guard(program.__wbindgen_start);
      const isCalledByEvents = /^wasm_bindgen|_closure$/;
      const guarded = ([name, it]) => [name, isCalledByEvents.test(name) ? guard(it) : it];
      return { exports: { ...Object.fromEntries(Object.entries(program).map(guarded)), __wbindgen_start() {} } };
    };
    wasm_bindgen.initSync({ module });
    await new Promise(setTimeout);
    start();
  }

  // What throws, by a panic or a trap, leaves the program's data as they were in its midst: it is not
  // called again.
  function guard(call) {
    return (...given) => {
      if (stopped) {
        return [];
      }
      try {
        return call(...given);
      } catch (error) {
        stop(error);
        throw error;
      }
    };
  }

  // Says that the program has stopped, and what can be told of it; leaves what the page shows.
  function stop(error) {
    stopped = true;
    workers.forEach((worker) => worker.terminate());
    // A link within the page changes the address, too.
    const { hash } = location;
    const { dataset } = document.documentElement;
    dataset.stopped = true;
    dataset.ready ??= "failed";
    document.querySelectorAll("dialog[open]").forEach((it) => it.close());
    document.querySelectorAll("button, input, select").forEach((it) => { it.disabled = true; });
    document.querySelectorAll("textarea").forEach((it) => { it.readOnly = true; });
    for (const run of document.querySelectorAll("[data-experiment], [data-simulation], [data-training]")) {
      for (const [kind, state] of Object.entries(run.dataset)) {
        if (/^(loading|running|paused)$/.test(state)) {
          run.dataset[kind] = "failed";
          run.querySelector(".rate").textContent = "Stopped";
        }
      }
    }
    const notice = document.getElementById("stopped");
    const [again, copy] = notice.querySelectorAll("button");
    const report = notice.querySelector("pre");
    const trace = `${error.stack}`.replace(error, "").replaceAll(absolute("."), "");
    report.textContent = `${error.message ?? error}\n${hash}\n${navigator.userAgent}\n${trace}`;
    again.disabled = copy.disabled = false;
    again.onclick = () => {
      history.replaceState(null, "", hash || " ");
      location.reload();
    };
    copy.onclick = () => {
      getSelection().selectAllChildren(report);
      copy.textContent = document.execCommand("copy") ? "Copied" : "Press Ctrl+C";
    };
    notice.showPopover();
  }

  function fail(error) {
    console.error(error);
    const { dataset } = document.documentElement;
    dataset.ready = "failed";
    if (!document.getElementById(`figure-${dataset.embed}`)) {
      delete dataset.embed;
    }
    const reason = document.getElementById("load-failed-reason");
    if (reason) {
      reason.textContent = error.message ?? error;
    }
    document.getElementById("load-failed")?.removeAttribute("hidden");
  }

  compile().then(run).catch(fail);
})();
