// Shows the document that is chosen in Swagger UI, and follows the system between light and dark.
"use strict";

const chosen = document.getElementById("document");
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function show() {
  window.SwaggerUIBundle({
    url: `/docs/${chosen.value}.json`,
    dom_id: "#swagger-ui",
    deepLinking: true,
    displayRequestDuration: true,
    defaultModelsExpandDepth: -1,
    docExpansion: "list",
    filter: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
}

function shade() {
  document.documentElement.classList.toggle("dark-mode", dark.matches);
}

const asked = new URLSearchParams(location.search).get("document");
if ([...chosen.options].some((option) => option.value === asked)) {
  chosen.value = asked;
}

chosen.addEventListener("change", () => {
  const address = new URL(location.href);
  address.searchParams.set("document", chosen.value);
  address.hash = "";
  history.replaceState(null, "", address);
  show();
});
dark.addEventListener("change", shade);
shade();
show();
