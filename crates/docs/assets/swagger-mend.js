// Adds what Swagger UI leaves out for those who hear a page or have no mouse: names, and places for the focus.
"use strict";

/** What Swagger UI gives no name of its own, and what it is called then. The first that fits counts. */
const NAMES = [
  [".copy-to-clipboard button", "Copy"],
  [".examples-select-element", "Example"],
  ["#servers", "Server"],
  [".body-param textarea", "Request body"],
  [".parameters-col_description :is(input, select, textarea)", "Value"],
];

function mend(root) {
  for (const [selector, name] of NAMES) {
    for (const element of root.querySelectorAll(selector)) {
      if (!element.hasAttribute("aria-label") && !element.title) element.setAttribute("aria-label", name);
    }
  }
  // What scrolls can be scrolled by keys.
  for (const code of root.querySelectorAll(".microlight:not([tabindex])")) code.tabIndex = 0;
  // A link within a button that does the same.
  for (const link of root.querySelectorAll("button a[href]")) link.removeAttribute("href");
}

const swagger = document.getElementById("swagger-ui");
new MutationObserver(() => mend(swagger)).observe(swagger, { childList: true, subtree: true });
