// Brings Swagger UI when somebody wants to try a call, and shows a document in it, in light or dark as the system is.
"use strict";

const at = (id) => document.getElementById(id);
const chosen = at("document");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
/** Under which the tab remembers that a document was opened, so that a reload stays there. */
const OPENED = "document";

let bundle;

/** Loads Swagger UI, once. It weighs twice what a page may, so no page begins with it. */
function load() {
  bundle ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/docs/assets/swagger-ui-bundle.js";
    script.addEventListener("load", resolve);
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return bundle;
}

/** Shows a document in Swagger UI, and one of its operations open. */
async function open(name, operation) {
  chosen.value = name;
  sessionStorage.setItem(OPENED, name);
  at("overview").hidden = true;
  at("trial").hidden = false;
  at("failed").hidden = true;
  at("loading").hidden = false;
  try {
    await load();
  } catch {
    bundle = undefined;
    at("loading").hidden = true;
    at("failed").hidden = false;
    return;
  }
  window.SwaggerUIBundle({
    url: `/docs/${name}.json`,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: -1,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
    onComplete: () => {
      at("loading").hidden = true;
      if (operation) unfold(operation);
    },
  });
}

function unfold(operation) {
  const place = document.querySelector(`[id$="-${CSS.escape(operation)}"]`);
  place?.querySelector(".opblock-summary-control")?.click();
  place?.scrollIntoView();
}

function close() {
  sessionStorage.removeItem(OPENED);
  history.replaceState(null, "", location.pathname + location.search);
  at("trial").hidden = true;
  at("overview").hidden = false;
}

function shade() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

for (const button of document.querySelectorAll("#overview button")) {
  button.addEventListener("click", () => open(button.dataset.document, button.dataset.operation));
}
chosen.addEventListener("change", () => {
  history.replaceState(null, "", `${location.pathname}${location.search}#/`);
  open(chosen.value);
});
at("back").addEventListener("click", close);
dark.addEventListener("change", shade);
shade();

const opened = sessionStorage.getItem(OPENED);
if (location.hash.startsWith("#/") && [...chosen.options].some((option) => option.value === opened)) open(opened);
