// What makes the pages feel better. Every page works without it.

/** The piece of a slider follows the range below the picture. */
function followSlider(slider) {
  const piece = slider.querySelector("[data-piece]");
  const range = slider.querySelector("input[type=range]");
  range.addEventListener("input", () => piece.setAttribute("x", range.value));
}

/** A form with data-live asks again as it is filled in, and replaces what the page shows of the answer. */
function searchAsYouType(form) {
  const shown = form.dataset.live;
  let pending;
  const ask = async () => {
    pending?.abort();
    pending = new AbortController();
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    const address = `${form.getAttribute("action") ?? location.pathname}?${new URLSearchParams(filled)}`;
    try {
      const answer = await fetch(address, { signal: pending.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(shown);
      if (!fresh) return;
      document.querySelector(shown)?.replaceWith(fresh);
      history.replaceState(null, "", address);
      enliven(fresh);
    } catch (error) {
      if (error.name !== "AbortError") throw error;
    }
  };
  let waiting;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(ask, 120);
  });
}

/** A part with data-refresh=SECONDS is asked for again while the page is looked at. */
function refresh(part) {
  const seconds = Number(part.dataset.refresh);
  setInterval(async () => {
    if (document.hidden) return;
    const answer = await fetch(location.href);
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector(`#${part.id}`);
    if (fresh) document.querySelector(`#${part.id}`).innerHTML = fresh.innerHTML;
  }, seconds * 1000);
}

/** Boxes of a list, all at once; and how many are ticked. */
function select(list) {
  const all = list.querySelector("[data-all]");
  const boxes = () => [...list.querySelectorAll("input[data-one]")];
  const tell = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    for (const place of list.querySelectorAll("[data-ticked]")) place.textContent = ticked;
    for (const bar of list.querySelectorAll("[data-needs-ticked]")) bar.hidden = ticked === 0;
    if (all) {
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    }
  };
  list.addEventListener("change", (event) => {
    if (event.target === all) for (const box of boxes()) box.checked = all.checked;
    tell();
  });
  tell();
}

/** A button with data-dialog opens the dialog of that id; without script what is in the dialog stands in the page. */
function openDialog(button) {
  const dialog = document.getElementById(button.dataset.dialog);
  button.addEventListener("click", () => dialog.showModal());
  for (const close of dialog.querySelectorAll("[data-close]")) close.addEventListener("click", () => dialog.close());
}

/** A button with data-copy puts the text of the element of that id into the clipboard. */
function copy(button) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    button.textContent = button.dataset.done;
  });
}

/** A form with data-ask, or one sent by a button with it, asks before it is sent. */
function ask(asking) {
  asking.addEventListener(asking.matches("form") ? "submit" : "click", (event) => {
    if (!confirm(asking.dataset.ask)) event.preventDefault();
  });
}

/** A field with data-from-fragment takes what stands after "#" in the address, which no server sees, out of it. */
function takeFragment(field) {
  const fragment = location.hash.slice(1);
  if (!fragment) return;
  field.value = fragment;
  history.replaceState(null, "", location.pathname + location.search);
}

const behaviours = {
  "[data-slider]": followSlider,
  "form[data-live]": searchAsYouType,
  "[data-refresh]": refresh,
  "[data-select]": select,
  "[data-dialog]": openDialog,
  "[data-copy]": copy,
  "[data-ask]": ask,
  "[data-from-fragment]": takeFragment,
};

function enliven(root) {
  for (const [selector, behave] of Object.entries(behaviours)) {
    if (root !== document && root.matches(selector)) behave(root);
    for (const element of root.querySelectorAll(selector)) behave(element);
  }
}
enliven(document);

// "/" goes to the search field, as in many consoles.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const search = document.querySelector("input[type=search]");
  if (search) {
    event.preventDefault();
    search.focus();
  }
});
