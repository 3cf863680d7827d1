// A figure's own page is for links and their previews: whoever opens it gets the figure itself, with what
// the link says of the settings.
"use strict";

{
  const page = location.protocol === "file:" ? "../../index.html" : "../../";
  location.replace(`${page}#${location.hash.slice(1)}&embed=${document.documentElement.dataset.figure}`);
}
