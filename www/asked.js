// What the address asks of the page's looks, before anything is painted: a figure that is embedded alone
// would else come after the whole page, and the dark after the light. The program then looks whether all of
// that is allowed.
"use strict";

{
  const asked = new URLSearchParams(location.hash.slice(1));
  for (const key of ["theme", "hide", "embed"]) {
    const value = asked.get(key);
    if (value) document.documentElement.dataset[key] = value.replaceAll(",", " ");
  }
}
