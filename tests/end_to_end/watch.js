// Runs in every page of the tests before the page's own scripts: keeps what goes wrong, as far as a page
// can see it, and the page's workers.
(() => {
  const memory = () => wasm_bindgen.initSync().memory.buffer.byteLength;
  // How much of it is in use: what is left can be given out, a kilobyte at a time, before it grows.
  const used = () => {
    const { __wbindgen_malloc: take, __wbindgen_free: giveBack } = wasm_bindgen.initSync();
    // Each piece has four bytes of the allocator's before it.
    const [size, all, taken] = [1020, memory(), []];
    while (memory() === all) taken.push(take(size, 1));
    for (const address of taken) giveBack(address, size, 1);
    return all - (size + 4) * (taken.length - 1);
  };
  // Does something once the workers have answered so many more jobs, before the page hears of the last:
  // in the midst of a run, however fast the machine.
  const afterAnswers = (count, act) => { due = { answers: watched.answers + count, act }; };
  let due;
  const watched = { errors: [], workers: [], answers: 0, memory, used, afterAnswers };
  globalThis.watched = watched;
  const tell = (kind, what) => watched.errors.push(`${kind}: ${what}`);

  addEventListener("error", (event) => tell("error", event.message ?? `${event.target.src ?? event.target.href} is not loaded`), true);
  addEventListener("unhandledrejection", (event) => tell("rejection", event.reason));
  addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
    // Firefox may ask for it, though the page has an icon.
    if (!blockedURI.endsWith("/favicon.ico")) tell("policy", `${effectiveDirective} ${blockedURI} ${sample}`);
  });
  for (const kind of ["error", "warn"]) {
    const write = console[kind];
    console[kind] = (...words) => {
      tell(`console.${kind}`, words.join(" "));
      write.apply(console, words);
    };
  }

  globalThis.Worker = class extends Worker {
    constructor(...how) {
      super(...how);
      watched.workers.push(this);
      this.addEventListener("error", (event) => tell("worker", event.message));
      // The first that a worker says is that it is ready.
      this.addEventListener("message", ({ data }) => {
        if (data === "ready") return;
        watched.answers += 1;
        if (watched.answers === due?.answers) due.act();
      });
    }
  };
})();
